"""Micro-batches: waiting requests form the next batch, and a failure affects only its own request."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from services.inference.lanes.load import Load
from services.inference.lanes.short_lane import ShortLane


def make_load() -> Load:
    return Load("short_lane", max_wait_s=1.0, free_units=0, on_change=lambda units: None)


@dataclass(frozen=True)
class Work:
    """A request. With `fails` it is answered with that exception."""

    number: int
    fails: Exception | None = None


@dataclass
class Gate:
    """Answers a batch as soon as it is open, and records the batches."""

    open: threading.Event = field(default_factory=threading.Event)
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    batches: list[list[int]] = field(default_factory=list)

    def answer(self, requests: Sequence[Work]) -> list[int | Exception]:
        self.batches.append([request.number for request in requests])
        self.entered.release()
        assert self.open.wait(30)
        return [request.fails or request.number * 10 for request in requests]

    async def until_entered(self) -> None:
        await asyncio.to_thread(self.entered.acquire)


@asynccontextmanager
async def running(gate: Gate, *, max_batch: int = 4) -> AsyncIterator[ShortLane[Work, int]]:
    lane: ShortLane[Work, int] = ShortLane(gate.answer, max_batch=max_batch, load=make_load())
    lane.start()
    try:
        yield lane
    finally:
        gate.open.set()
        await lane.close()


async def submit_behind_the_first(gate: Gate, lane: ShortLane[Work, int], *waiting: Work) -> list[asyncio.Task[int]]:
    """Submit a first request, which occupies the only thread, and then requests that wait."""
    first = asyncio.create_task(lane.submit("ann", Work(0)))
    await gate.until_entered()
    tasks = [asyncio.create_task(lane.submit("ann", work)) for work in waiting]
    await asyncio.sleep(0)
    return [first, *tasks]


async def test_a_single_request_runs_at_once() -> None:
    gate = Gate()
    gate.open.set()
    async with running(gate) as lane:
        assert await lane.submit("ann", Work(7)) == 70
    assert gate.batches == [[7]]


async def test_requests_that_wait_for_the_thread_form_the_next_batch() -> None:
    gate = Gate()
    async with running(gate) as lane:
        tasks = await submit_behind_the_first(gate, lane, Work(1), Work(2), Work(3))
        gate.open.set()
        assert await asyncio.gather(*tasks) == [0, 10, 20, 30]
    assert gate.batches == [[0], [1, 2, 3]]


async def test_a_batch_holds_at_most_max_batch_requests() -> None:
    gate = Gate()
    async with running(gate, max_batch=2) as lane:
        tasks = await submit_behind_the_first(gate, lane, Work(1), Work(2), Work(3))
        assert lane.load.units == 4
        gate.open.set()
        await asyncio.gather(*tasks)
        assert lane.load.units == 0
    assert gate.batches == [[0], [1, 2], [3]]


async def test_a_caller_with_many_requests_does_not_delay_another_caller() -> None:
    gate = Gate()
    async with running(gate, max_batch=2) as lane:
        tasks = await submit_behind_the_first(gate, lane, *[Work(number) for number in range(1, 7)])
        tasks.append(asyncio.create_task(lane.submit("bob", Work(7))))
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(*tasks)
    assert gate.batches == [[0], [1, 7], [2, 3], [4, 5], [6]]


async def test_a_cancelled_request_is_dropped_before_its_batch_runs() -> None:
    gate = Gate()
    async with running(gate) as lane:
        first, gone, kept = await submit_behind_the_first(gate, lane, Work(1), Work(2))
        gone.cancel()
        await asyncio.wait([gone])
        gate.open.set()
        assert await asyncio.gather(first, kept) == [0, 20]
    assert gate.batches == [[0], [2]]


async def test_a_request_cancelled_while_its_batch_runs_does_not_stop_the_others() -> None:
    gate = Gate()
    async with running(gate) as lane:
        (first,) = await submit_behind_the_first(gate, lane)
        first.cancel()
        await asyncio.wait([first])
        gate.open.set()
        assert await lane.submit("ann", Work(1)) == 10


async def test_a_request_that_fails_does_not_fail_the_others() -> None:
    gate = Gate()
    async with running(gate) as lane:
        tasks = await submit_behind_the_first(gate, lane, Work(1, fails=ValueError("blank")), Work(2))
        gate.open.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[0] == 0
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 20


async def test_an_error_of_a_whole_batch_reaches_all_its_requests_and_the_next_batch_runs() -> None:
    def answer(requests: Sequence[Work]) -> list[int | Exception]:
        if requests[0].number == 0:
            raise ZeroDivisionError
        return [request.number for request in requests]

    lane: ShortLane[Work, int] = ShortLane(answer, max_batch=4, load=make_load())
    lane.start()
    with pytest.raises(ZeroDivisionError):
        await lane.submit("ann", Work(0))
    assert await lane.submit("ann", Work(5)) == 5
    await lane.close()


async def test_the_number_of_answers_is_checked() -> None:
    lane: ShortLane[Work, int] = ShortLane(lambda _: [1, 2], max_batch=4, load=make_load())
    lane.start()
    with pytest.raises(RuntimeError, match="2 answers to 1"):
        await lane.submit("ann", Work(0))
    await lane.close()


async def test_closing_answers_accepted_requests_and_refuses_new_ones() -> None:
    gate = Gate()
    async with running(gate, max_batch=2) as lane:
        tasks = [asyncio.create_task(lane.submit("ann", Work(number))) for number in range(20)]
        await gate.until_entered()
        closing = asyncio.create_task(lane.close())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="closing"):
            await lane.submit("ann", Work(99))
        gate.open.set()
        assert await asyncio.gather(*tasks) == [number * 10 for number in range(20)]
        await closing


async def test_the_lane_measures_how_long_a_request_takes() -> None:
    gate = Gate()
    gate.open.set()
    async with running(gate) as lane:
        assert lane.load.seconds_per_unit == 0
        await lane.submit("ann", Work(0))
        assert lane.load.seconds_per_unit > 0
