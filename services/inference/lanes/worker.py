"""The worker process of the long lane: answers one question at a time, with a lower priority than the service.

It loads the model versions that it is asked about. It ends with the service, even if that is killed. The operating
system ends it if one question takes longer than CPU_LIMIT_S; the long lane then starts another. The memory of a
question is limited too.
"""

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import structlog

from services.inference.engines.choice import Device, EngineName, choose_engine, choose_page_engine
from services.inference.lanes.memory_limit import lift_memory_limit, limit_memory
from services.inference.networks import NO_READER, Networks
from services.inference.page_reader import PageReader, ReaderUnavailableError, load_page_reader
from services.inference.portable_error import make_portable
from services.inference.prediction import Measured
from services.inference.questions import Question
from services.inference.recogniser import Recogniser, load_recogniser
from shared.recognition.errors import DrawingTooLargeError
from shared.recognition.model_version import ModelVersionError
from shared.web.logs import configure_logs
from shared.web.request_id import begin_request

logger = structlog.get_logger(__name__)
A = TypeVar("A")

PRIORITY_STEPS = 10  # of `nice`: the service gets nine times the processor time of the worker if both want all of it
CPU_LIMIT_S = 20.0  # many times the cost of the worst question on a slow machine
LOADED_VERSIONS = 4  # the default model, the one in its shadow, and two that callers name
LOADED_READERS = 1  # callers do not choose the reader network


@dataclass(frozen=True)
class WorkerSettings:
    """Where the model versions are, and what runs their networks."""

    models_dir: Path
    engine: EngineName
    device: Device


@dataclass(frozen=True)
class Reply(Generic[A]):
    """The answer to a question, or the exception that it raised, what was measured, and how long it took."""

    answer: A | Exception
    measured: Measured
    seconds: float


def prepare_worker(log_level: str = "INFO") -> None:
    """Run once, when the process starts."""
    configure_logs(log_level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the service ends the worker
    os.nice(PRIORITY_STEPS)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_the_service, daemon=True).start()


def _end_with_the_service() -> None:
    service = multiprocessing.parent_process()
    if service is not None:
        service.join()
        os._exit(0)


def answer(
    settings: WorkerSettings,
    reference: str,
    question: Question[A],
    reader: str | None = None,
    request_id: str | None = None,
) -> Reply[A]:
    """Answer a question about the model version `name/version`, with that version of the reader network if it has one.

    The exceptions of a reply can be pickled. The lines of the log have the id of the request.
    """
    begin_request(request_id)
    measured, started = Measured(), time.perf_counter()
    given: A | Exception
    try:
        lift_memory_limit()
        page_reader = find_page_reader(settings, reader) if reader else NO_READER
        networks = Networks(settings.models_dir, get_recogniser(settings, reference), page_reader)
        limit_memory()
        started = time.perf_counter()
        signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)  # its signal ends the process
        given = question.answer(networks, measured)
    except MemoryError:
        given = DrawingTooLargeError("It takes too much memory to read this. Send a smaller picture.")
    except Exception as error:  # noqa: BLE001  whoever asked gets it
        given = make_portable(error)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return Reply(given, measured, time.perf_counter() - started)


@lru_cache(maxsize=LOADED_VERSIONS)
def get_recogniser(settings: WorkerSettings, reference: str) -> Recogniser:
    """The version `name/version`, loaded. Those used last stay in memory. ModelVersionError."""
    return load_recogniser(settings.models_dir, reference, choose_engine(settings.engine, settings.device))


@lru_cache(maxsize=LOADED_READERS)
def get_page_reader(settings: WorkerSettings, version: str) -> PageReader:
    """That version of the reader network, loaded. ModelVersionError."""
    return load_page_reader(settings.models_dir, version, choose_page_engine(settings.engine, settings.device))


def find_page_reader(settings: WorkerSettings, version: str) -> PageReader | ReaderUnavailableError:
    """That version of the reader network, or why it can't be used; only questions about pages need it."""
    try:
        return get_page_reader(settings, version)
    except ModelVersionError as error:
        logger.error("reader_unavailable", reason=str(error))
        return ReaderUnavailableError(f"Pages can't be read. {error}")
