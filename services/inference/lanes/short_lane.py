"""Collects requests into batches for one worker thread, without a timer.

Requests that arrive while the thread is busy form the next batch, one of each caller in turn. A request that finds the
thread free runs at once.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from services.inference.lanes.fair_queue import FairQueue
from services.inference.lanes.load import Load
from shared.web.tracing import span

Q = TypeVar("Q")
A = TypeVar("A")
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Waiting(Generic[Q, A]):
    request: Q
    answer: "asyncio.Future[A]"


class ShortLane(Generic[Q, A]):
    """Runs `answer` on batches in its thread. Use it in the event loop in which `start` was called.

    `answer` returns one result per request, in order; a result may be an exception, which `submit` then raises. Every
    request is one unit of `load`. A cancelled request is dropped before its batch runs.
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A | Exception]], *, max_batch: int, load: Load) -> None:
        self.load = load
        self._answer = answer
        self._max_batch = max_batch
        self._waiting: FairQueue[_Waiting[Q, A]] = FairQueue()
        self._lock = threading.Lock()  # guards _waiting
        self._signals: queue.SimpleQueue[bool] = queue.SimpleQueue()  # True for each request, False to end the thread
        self._thread = threading.Thread(target=self._work, name="short-lane", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._closing = False

    def start(self) -> None:
        """Start the thread. Call it in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def submit(self, caller: str, request: Q) -> A:
        """Wait for the answer to one request. Raises the exception that `answer` returned for it."""
        if self._closing:
            raise RuntimeError("the lane is closing")
        waiting: _Waiting[Q, A] = _Waiting(request, self._loop.create_future())
        self.load.add(caller, 1)
        with self._lock:
            self._waiting.put(caller, waiting)
        self._signals.put(True)
        try:
            with span("short lane"):
                return await waiting.answer
        finally:
            self.load.remove(caller, 1)

    async def close(self) -> None:
        """Answer all accepted requests, then end the thread."""
        self._closing = True
        self._signals.put(False)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while self._signals.get():
            batch, ends = self._gather()
            wanted = [waiting for waiting in batch if not waiting.answer.cancelled()]
            if wanted:
                self._run(wanted)
            if ends:
                return

    def _gather(self) -> tuple[list[_Waiting[Q, A]], bool]:
        """Take waiting requests until the batch is full. True if the end signal came, which is the last signal."""
        count, ends = 1, False
        while count < self._max_batch and not ends:
            try:
                ends = not self._signals.get_nowait()
            except queue.Empty:
                break
            count += not ends
        with self._lock:
            return [self._waiting.take() for _ in range(count)], ends

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
        self.load.measure(time.perf_counter() - started, len(batch))
        self._loop.call_soon_threadsafe(_deliver, batch, answers)  # one call per batch wakes the event loop once


def _deliver(batch: Sequence[_Waiting[Q, A]], answers: Sequence[A | Exception]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():  # cancelled while the batch ran
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
