"""Who would wait in vain for a connection of a lane is refused at once, and nobody else."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace

import pytest

from services.storage import lane_pool
from services.storage.database_errors import StuckError
from services.storage.lane_pool import STUCK_S, LanePool
from services.storage.lanes import ROWS

MOST_WAITING = int(ROWS.connections * ROWS.wait_s / STUCK_S)


async def settle() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


class Connections:
    """Lends as many connections as the lane has, to those who waited longest."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(ROWS.connections)

    async def acquire(self, timeout: float) -> object:  # noqa: ASYNC109
        async with asyncio.timeout(timeout):
            await self._free.acquire()
        return object()

    async def release(self, connection: object, timeout: float) -> None:  # noqa: ASYNC109
        del connection, timeout
        self._free.release()


class Lane:
    """A lane with queries that end when they are told to, and a clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pool = LanePool(ROWS, Connections())
        self.tasks: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.Future[None]] = []

    async def begin(self, number: int) -> None:
        """Begin so many queries: they run or wait afterwards."""
        self.tasks += [asyncio.create_task(self._query()) for _ in range(number)]
        await settle()

    async def end(self, error: BaseException | None = None) -> None:
        """End one of the queries that run."""
        end = self._ends.pop(0)
        if error is None:
            end.set_result(None)
        else:
            end.set_exception(error)
        await settle()

    async def is_refused(self) -> bool:
        """Whether one more query is refused at once."""
        task = asyncio.create_task(self._query())
        await settle()
        if task.done():
            return isinstance(task.exception(), StuckError)
        task.cancel()
        return False

    async def _query(self) -> None:
        async with self.pool.lend():
            end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._ends.append(end)
            await end


@pytest.fixture
async def lane(monkeypatch: pytest.MonkeyPatch):
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr(lane_pool, "time", clock)
    lane = Lane()
    clock.monotonic = lambda: lane.now
    yield lane
    for task in lane.tasks:
        task.cancel()
        with suppress(asyncio.CancelledError, TimeoutError, LookupError, StuckError):
            await task


async def test_while_no_query_ends_no_more_wait_than_can_be_answered(lane: Lane) -> None:
    await lane.begin(ROWS.connections + MOST_WAITING)
    assert not await lane.is_refused()  # it may just be a burst
    lane.now = STUCK_S * 1.1
    assert await lane.is_refused()


async def test_while_fewer_wait_nobody_is_refused(lane: Lane) -> None:
    await lane.begin(ROWS.connections + MOST_WAITING - 1)
    lane.now = STUCK_S * 1.1
    assert not await lane.is_refused()


@pytest.mark.parametrize("error", [None, LookupError("an error is an answer too")])
async def test_a_lane_that_moves_refuses_nobody(lane: Lane, error: BaseException | None) -> None:
    await lane.begin(ROWS.connections + 5 * MOST_WAITING)
    for second in range(1, 5):
        lane.now = second * STUCK_S
        await lane.end(error)
        lane.now += STUCK_S / 2
        assert not await lane.is_refused()


async def test_a_query_that_took_too_long_is_no_answer(lane: Lane) -> None:
    await lane.begin(ROWS.connections + 5 * MOST_WAITING)
    lane.now = STUCK_S * 1.1
    await lane.end(TimeoutError())
    assert await lane.is_refused()


async def test_after_a_lane_was_stuck_it_takes_everybody_again(lane: Lane) -> None:
    await lane.begin(ROWS.connections + MOST_WAITING)
    lane.now = 100 * STUCK_S
    assert await lane.is_refused()
    await lane.end()
    assert not await lane.is_refused()
