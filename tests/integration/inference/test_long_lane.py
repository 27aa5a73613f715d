"""The long lane with its real worker process: turns, failures, and the death of the worker."""

import asyncio
import json
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import structlog
from prometheus_client import CollectorRegistry

from services.inference.lanes.load import Load
from services.inference.lanes.long_lane import LongLane, WorkerFailedError
from services.inference.lanes.memory_limit import QUESTION_BYTES
from services.inference.lanes.worker import WorkerSettings, prepare_worker
from services.inference.metrics import Metrics
from services.inference.networks import Networks
from services.inference.portable_error import UnexpectedError
from services.inference.prediction import Measured
from services.inference.questions import ExplanationQuestion, ImagesQuestion
from shared.recognition.errors import DrawingTooLargeError
from shared.recognition.model_version import GRAPH, READER, ModelVersionError, read_current
from shared.web.request_id import begin_request
from tests.integration.inference.conftest import MODELS
from tests.tiny_reader import write_tiny_reader

CNN = f"cnn/{read_current(MODELS, 'cnn')}"


@dataclass(frozen=True)
class WorkerId:
    """Asks for the process id of the worker."""

    units = 1

    def answer(self, networks: Networks, measured: Measured) -> int:
        return os.getpid()


@dataclass(frozen=True)
class Death:
    """Ends the worker, as the limit of processor time does."""

    units = 1

    def answer(self, networks: Networks, measured: Measured) -> None:
        os.kill(os.getpid(), signal.SIGPROF)


@dataclass(frozen=True)
class Memory:
    """Needs that many bytes."""

    bytes_wanted: int
    units = 1

    def answer(self, networks: Networks, measured: Measured) -> int:
        return int(np.ones(self.bytes_wanted, np.uint8).sum())


@dataclass(frozen=True)
class ReaderSearch:
    """Asks whether the reader network can be used."""

    units = 1

    def answer(self, networks: Networks, measured: Measured) -> bool:
        return networks.reader is not None


@dataclass(frozen=True)
class Remark:
    """Writes a line into the log of the worker."""

    units = 1

    def answer(self, networks: Networks, measured: Measured) -> None:
        structlog.get_logger().warning("a_remark")


class UnpicklableError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


@dataclass(frozen=True)
class Failure:
    """Fails with an exception that can't be unpickled."""

    units = 1

    def answer(self, networks: Networks, measured: Measured) -> None:
        raise UnpicklableError("one", "two")


def end_at_once() -> None:
    os._exit(1)


@contextmanager
def no_more_open_files() -> Iterator[None]:
    """Nothing can be opened, so no worker can start."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@asynccontextmanager
async def running(prepare: Callable[[], None] = prepare_worker, models: Path = MODELS) -> AsyncIterator[LongLane]:
    metrics = Metrics(CollectorRegistry())
    load = Load("long_lane", max_wait_s=10.0, free_units=64, on_change=lambda units: None)
    lane = LongLane(WorkerSettings(models, "auto", "cpu"), load, metrics, prepare)
    yield lane
    await lane.close()


@pytest.fixture(scope="module")
async def lane() -> AsyncIterator[LongLane]:
    """One for the tests after which its worker still runs, because a worker takes seconds to start."""
    async with running() as lane:
        yield lane
    assert lane.load.units == 0


async def test_the_log_of_the_worker_has_the_id_of_the_request(capfd: pytest.CaptureFixture[str]) -> None:
    async with running() as lane:
        begin_request("this-one")
        await lane.ask("ann", CNN, Remark())
        begin_request("another")
        await lane.ask("ann", CNN, Remark())
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if "a_remark" in line]
    assert [line["request_id"] for line in lines] == ["this-one", "another"]


async def test_questions_are_answered_in_another_process_of_lower_priority(lane: LongLane) -> None:
    worker = await lane.ask("ann", CNN, WorkerId())
    assert worker != os.getpid()
    assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, 0)
    assert lane.load.units == 0


async def test_callers_take_turns(lane: LongLane) -> None:
    answered: list[str] = []

    async def ask(caller: str) -> None:
        await lane.ask(caller, CNN, WorkerId())
        answered.append(caller)

    await asyncio.gather(*(ask(caller) for caller in ["ann"] * 6 + ["bob"]))
    assert answered.index("bob") <= 3  # two were sent already, and one was ann's turn


async def test_a_question_that_ends_its_workers_fails_and_the_others_are_answered() -> None:
    async with running() as lane:
        first = await lane.ask("ann", CNN, WorkerId())
        death, *others = await asyncio.gather(
            lane.ask("ann", CNN, Death()),
            lane.ask("bob", CNN, WorkerId()),
            lane.ask("bob", CNN, WorkerId()),
            return_exceptions=True,
        )
        assert isinstance(death, DrawingTooLargeError)
        assert all(isinstance(worker, int) for worker in others)
        assert not {first, os.getpid()} & set(others)


async def test_a_question_is_asked_again_if_something_else_ended_the_worker() -> None:
    async with running() as lane:
        worker = await lane.ask("ann", CNN, WorkerId())
        os.kill(worker, signal.SIGKILL)
        assert await lane.ask("ann", CNN, WorkerId()) != worker


async def test_a_question_that_needs_too_much_memory_fails_and_the_worker_goes_on(lane: LongLane) -> None:
    worker = await lane.ask("ann", CNN, WorkerId())
    with pytest.raises(DrawingTooLargeError, match="memory"):
        await lane.ask("ann", CNN, Memory(QUESTION_BYTES + 100_000_000))
    assert await lane.ask("ann", CNN, Memory(1000)) == 1000
    assert await lane.ask("ann", CNN, WorkerId()) == worker


async def test_a_worker_that_cannot_run_is_not_the_fault_of_the_question() -> None:
    async with running(end_at_once) as lane:
        answers = await asyncio.gather(*(lane.ask("ann", CNN, WorkerId()) for _ in range(3)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {WorkerFailedError}


async def test_a_worker_that_cannot_start_fails_its_question_and_starts_with_the_next_one() -> None:
    async with running() as lane:
        with no_more_open_files(), pytest.raises(WorkerFailedError, match="Too many open files"):
            await lane.ask("ann", CNN, WorkerId())
        assert lane.load.units == 0
        worker = await lane.ask("ann", CNN, WorkerId())
        os.kill(worker, signal.SIGKILL)
        with no_more_open_files(), pytest.raises(WorkerFailedError, match="Too many open files"):
            await lane.ask("ann", CNN, WorkerId())
        assert await lane.ask("ann", CNN, WorkerId()) != worker
        assert lane.load.units == 0


async def test_an_exception_that_cannot_be_unpickled_fails_only_its_question(lane: LongLane) -> None:
    worker = await lane.ask("ann", CNN, WorkerId())
    with pytest.raises(UnexpectedError, match="UnpicklableError: onetwo"):
        await lane.ask("ann", CNN, Failure())
    assert await lane.ask("ann", CNN, WorkerId()) == worker


async def test_a_missing_model_version_is_reported(lane: LongLane) -> None:
    with pytest.raises(ModelVersionError):
        await lane.ask("ann", "cnn/2000-01-01.1", WorkerId())


async def test_a_reader_that_could_not_be_loaded_is_loaded_for_a_later_question(tmp_path: Path) -> None:
    (tmp_path / "cnn").symlink_to(MODELS / "cnn")
    write_tiny_reader(tmp_path, "1")
    graph = tmp_path / READER / "1" / GRAPH
    async with running(models=tmp_path) as lane:
        graph.rename(graph.with_suffix(".away"))
        assert not await lane.ask("ann", CNN, ReaderSearch(), "1")
        graph.with_suffix(".away").rename(graph)
        assert await lane.ask("ann", CNN, ReaderSearch(), "1")


async def test_a_cancelled_question_is_dropped_and_the_next_one_is_answered(lane: LongLane) -> None:
    tasks = [asyncio.create_task(lane.ask("ann", CNN, WorkerId())) for _ in range(5)]
    await asyncio.sleep(0)
    tasks[4].cancel()
    await asyncio.gather(*tasks[:4])
    assert isinstance(await lane.ask("ann", CNN, WorkerId()), int)
    assert tasks[4].cancelled()
    assert lane.load.units == 0


async def test_an_explanation_and_a_prediction_of_the_same_images_use_the_same_model(lane: LongLane) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    predictions = await lane.ask("ann", CNN, ImagesQuestion(image[None]))
    saliency = await lane.ask("ann", CNN, ExplanationQuestion(image, 1))
    assert b'"digit":1' in predictions
    assert saliency.startswith(b"[[")
