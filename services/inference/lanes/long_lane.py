"""Sends questions to the worker process of `worker.py`, one of each caller in turn, and waits for the answers.

At most two questions are sent at a time: one that is being answered, and one that the worker begins without a pause.
If the worker dies, a new worker takes over. The question that it was answering is asked once more, because something
else may have ended the worker, such as the operating system when memory ran out.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import structlog

from services.inference.lanes.fair_queue import FairQueue
from services.inference.lanes.load import Load
from services.inference.lanes.worker import CPU_LIMIT_S, Reply, WorkerSettings, answer, prepare_worker
from services.inference.metrics import Metrics
from services.inference.questions import ExplanationQuestion, Question
from shared.recognition.errors import DrawingTooLargeError
from shared.recognition.normalisation import SIDE
from shared.web.request_id import find_request_id
from shared.web.tracing import span

A = TypeVar("A")
logger = structlog.get_logger(__name__)

SENT = 2  # questions that the worker has
TOO_LONG = "It takes too long to read this. Send a smaller picture."


class WorkerFailedError(Exception):
    """The worker process can't run, or can't be asked."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    caller: str
    reference: str
    question: Question[Any]
    reader: str | None
    reply: "asyncio.Future[Reply[Any]]"
    request_id: str | None
    is_repeated: bool = False


class LongLane:
    """Use it in one event loop. The worker starts with the first question."""

    def __init__(
        self, settings: WorkerSettings, load: Load, metrics: Metrics, prepare: Callable[[], None] = prepare_worker
    ) -> None:
        """`prepare` runs first in every worker."""
        self.load = load
        self._prepare = prepare
        self._settings = settings
        self._metrics = metrics
        self._waiting: FairQueue[_Waiting] = FairQueue()
        self._sent: dict[_Waiting, asyncio.Task[None]] = {}  # the oldest first
        self._worker = self._start_worker()
        self._closing = False

    async def ask(self, caller: str, reference: str, question: Question[A], reader: str | None = None) -> A:
        """Answer a question about the loaded version `name/version`. Raises what `Question.answer` raises.

        `reader` is the version of the reader network, which questions about pages need as well.
        DrawingTooLargeError if the question ends its workers, WorkerFailedError if no worker can run or be
        asked. A question that is cancelled while it waits is dropped.
        """
        if self._closing:
            raise RuntimeError("the lane is closing")
        reply: asyncio.Future[Reply[A]] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(caller, reference, question, reader, reply, find_request_id())
        self.load.add(caller, question.units)
        self._waiting.put(caller, waiting)
        self._send_next()
        try:
            with span("long lane", question=type(question).__name__, units=question.units):
                answered = await reply
        finally:
            self.load.remove(caller, question.units)
        self._metrics.record(answered.measured, reference)
        if isinstance(answered.answer, Exception):
            raise answered.answer
        return answered.answer

    async def warm_up(self, reference: str, reader: str | None) -> None:
        """Start the worker and let it load both versions, so that the first question need not wait for that."""
        await self.ask("warm-up", reference, ExplanationQuestion(np.zeros((SIDE, SIDE), np.uint8), 0), reader)

    async def close(self) -> None:
        """Answer all accepted questions, then end the worker."""
        self._closing = True
        while self._sent:
            await asyncio.wait(self._sent.values())
        await asyncio.to_thread(self._worker.shutdown)

    def _send_next(self) -> None:
        while self._waiting and len(self._sent) < SENT:
            waiting = self._waiting.take()
            if not waiting.reply.done():
                self._sent[waiting] = asyncio.create_task(self._send(waiting))

    async def _send(self, waiting: _Waiting) -> None:
        try:
            await self._ask_worker(waiting)
        except Exception as error:  # noqa: BLE001  no memory or no open files are left, for example
            failure = WorkerFailedError(f"The worker process of the long lane can't be asked: {error!r}")
            failure.__cause__ = error  # for the log of whoever asked
            _deliver(waiting.reply, failure)
        finally:
            del self._sent[waiting]
            self._send_next()

    async def _ask_worker(self, waiting: _Waiting) -> None:
        worker, started = self._worker, time.monotonic()
        try:
            reply = await asyncio.get_running_loop().run_in_executor(
                worker,
                answer,
                self._settings,
                waiting.reference,
                waiting.question,
                waiting.reader,
                waiting.request_id,
            )
        except BrokenProcessPool:
            if worker is self._worker:  # the question that was being answered is the first to notice
                await self._replace_worker(waiting, time.monotonic() - started)
            else:
                self._waiting.put_first(waiting.caller, waiting)
        else:
            self.load.measure(reply.seconds, waiting.question.units)
            _deliver(waiting.reply, reply)

    async def _replace_worker(self, waiting: _Waiting, seconds: float) -> None:
        """Start a new worker after the old one died. Ask the question again, unless it has ended two workers already.

        A question that took `seconds` may have reached the limit of processor time, so it is not repeated either.
        """
        logger.error("worker_died", question=type(waiting.question).__name__, request_id=waiting.request_id)
        self._worker = self._start_worker()
        if waiting.is_repeated or seconds >= CPU_LIMIT_S:
            _deliver(waiting.reply, await self._explain_death())
        else:
            self._waiting.put_first(waiting.caller, replace(waiting, is_repeated=True))

    async def _explain_death(self) -> Exception:
        """Tell a question that ended its worker from a worker that can't run at all."""
        worker = self._worker
        try:
            await asyncio.get_running_loop().run_in_executor(worker, os.getpid)
        except BrokenProcessPool:
            if worker is self._worker:
                self._worker = self._start_worker()
            return WorkerFailedError("The worker process of the long lane ends as soon as it starts.")
        return DrawingTooLargeError(TOO_LONG)

    def _start_worker(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # a fork would copy the threads' locks
        return ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=self._prepare)


def _deliver(future: "asyncio.Future[Reply[Any]]", outcome: Reply[Any] | Exception) -> None:
    if future.done():  # cancelled while the question was being answered
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
