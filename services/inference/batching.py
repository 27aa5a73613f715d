"""Collects requests into batches for the worker threads, without a timer.

Requests that arrive while all threads are busy form the next batch. A request that finds a free thread runs at once.
The size of a batch is counted in images, because one request may bring many.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog


class Request(Protocol):
    """A request that waits for its answer."""

    @property
    def size(self) -> int:
        """Number of images, at least 1."""


Q = TypeVar("Q", bound=Request)
A = TypeVar("A")
logger = structlog.get_logger(__name__)

SMOOTHING = 0.2  # weight of the newest batch in the moving average of seconds per image


@dataclass(frozen=True)
class _Waiting(Generic[Q, A]):
    request: Q
    answer: "asyncio.Future[A]"


class MicroBatcher(Generic[Q, A]):
    """Runs `answer` on batches in worker threads. Use it in the event loop in which `start` was called.

    `answer` returns one result per request, in order; a result may be an exception, which `submit` then raises.
    `max_batch` is a number of images; a request with more images makes a batch of its own. `on_waiting` is called with
    the change in the number of waiting images. A cancelled request is dropped before its batch runs.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A | Exception]],
        *,
        threads: int,
        max_batch: int,
        on_waiting: Callable[[int], None] | None = None,
    ) -> None:
        self._answer = answer
        self._max_batch = max_batch
        self._queue: queue.SimpleQueue[_Waiting[Q, A] | None] = queue.SimpleQueue()  # None ends one thread
        self._threads = [threading.Thread(target=self._work, name=f"batch-{i}", daemon=True) for i in range(threads)]
        self._loop: asyncio.AbstractEventLoop
        self._closing = False
        self._on_waiting = on_waiting
        self.waiting = 0  # images without an answer
        self._seconds_per_image = 0.0  # moving average of one thread; 0 before the first batch

    def start(self) -> None:
        """Start the threads. Call it in the event loop."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    @property
    def expected_wait_s(self) -> float:
        """How long a new request would wait, estimated from the speed of the last batches."""
        return self.waiting * self._seconds_per_image / len(self._threads)

    async def submit(self, request: Q) -> A:
        """Wait for the answer to one request. Raises the exception that `answer` returned for it."""
        if self._closing:
            raise RuntimeError("the batcher is closing")
        waiting: _Waiting[Q, A] = _Waiting(request, self._loop.create_future())
        self._count(request.size)
        self._queue.put(waiting)
        try:
            return await waiting.answer
        finally:
            self._count(-request.size)

    async def close(self) -> None:
        """Answer all accepted requests, then end the threads."""
        self._closing = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _count(self, images: int) -> None:
        self.waiting += images
        if self._on_waiting:
            self._on_waiting(images)

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ends = self._gather(first)
            wanted = [waiting for waiting in batch if not waiting.answer.cancelled()]
            if wanted:
                self._run(wanted)
            if ends:
                self._queue.put(None)  # _gather took the end signal; put it back for after this batch

    def _gather(self, first: _Waiting[Q, A]) -> tuple[list[_Waiting[Q, A]], bool]:
        """Take waiting requests from the queue until the batch is full. True if the end signal was among them."""
        batch, images = [first], first.request.size
        while images < self._max_batch:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
            images += waiting.request.size
        return batch, False

    def _run(self, batch: list[_Waiting[Q, A]]) -> None:
        started = time.perf_counter()
        answers: Sequence[A | Exception]
        try:
            answers = self._answer([waiting.request for waiting in batch])
            if len(answers) != len(batch):
                raise RuntimeError(f"{len(answers)} answers to {len(batch)} requests")
        except Exception as error:
            logger.exception("batch_failed", batch_size=len(batch))
            answers = [error] * len(batch)
        seconds = (time.perf_counter() - started) / sum(waiting.request.size for waiting in batch)
        average = self._seconds_per_image
        self._seconds_per_image += SMOOTHING * (seconds - average) if average else seconds
        self._loop.call_soon_threadsafe(_deliver, batch, answers)  # one call per batch wakes the event loop once


def _deliver(batch: Sequence[_Waiting[Q, A]], answers: Sequence[A | Exception]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():  # cancelled while the batch ran
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
