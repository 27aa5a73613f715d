"""Micro-batches in the process: what waits while the workers are busy is the next batch; a lone one waits for nobody.

`answer` runs in the worker threads and gives one result a request, an exception where it has none. The event loop wakes
once a batch. Images are counted, not requests: one request may bring many.
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
    """What waits for an answer; `size` is its number of images."""

    @property
    def size(self) -> int:
        """At least one."""


Q = TypeVar("Q", bound=Request)
A = TypeVar("A")
logger = structlog.get_logger(__name__)

SMOOTHING = 0.2  # weight of the newest batch in the average of seconds an image


@dataclass(frozen=True)
class _Waiting(Generic[Q, A]):
    request: Q
    answer: "asyncio.Future[A]"


class MicroBatcher(Generic[Q, A]):
    """Belongs to the event loop that it is started in. A cancelled request is dropped before its batch runs.

    `max_batch`: images; a request that has more makes a batch of its own. `on_waiting` is told how many images more
    wait, or with a minus how many fewer.
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
        self._queue: queue.SimpleQueue[_Waiting[Q, A] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"batch-{i}", daemon=True) for i in range(threads)]
        self._loop: asyncio.AbstractEventLoop
        self._closing = False
        self._on_waiting = on_waiting
        self.waiting = 0  # images that have no answer yet
        self._seconds_each = 0.0  # an image, in one thread, on average

    def start(self) -> None:
        """Within the event loop."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    @property
    def expected_wait_s(self) -> float:
        """How long a request would wait that came now, at the speed of the last batches."""
        return self.waiting * self._seconds_each / len(self._threads)

    async def submit(self, request: Q) -> A:
        """The answer to one request. Whatever exception it was answered with."""
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
        """Answers what has been accepted, then ends the threads."""
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
                self._queue.put(None)  # taken from the queue while gathering: its turn comes after this batch

    def _gather(self, first: _Waiting[Q, A]) -> tuple[list[_Waiting[Q, A]], bool]:
        """All that waits, up to a batch; whether the sign to end was among it."""
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
        self._seconds_each += SMOOTHING * (seconds - self._seconds_each) if self._seconds_each else seconds
        self._loop.call_soon_threadsafe(_deliver, batch, answers)


def _deliver(batch: Sequence[_Waiting[Q, A]], answers: Sequence[A | Exception]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():  # cancelled meanwhile
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
