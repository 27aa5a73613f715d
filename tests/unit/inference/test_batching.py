"""Micro-batches: waiting requests form the next batch, and a failure affects only its own request."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from services.inference.batching import MicroBatcher


@dataclass(frozen=True)
class Work:
    """A request of `size` images. With `fails` it is answered with that exception."""

    number: int
    size: int = 1
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
async def running(gate: Gate, *, threads: int = 1, max_batch: int = 4) -> AsyncIterator[MicroBatcher[Work, int]]:
    batcher: MicroBatcher[Work, int] = MicroBatcher(gate.answer, threads=threads, max_batch=max_batch)
    batcher.start()
    try:
        yield batcher
    finally:
        gate.open.set()
        await batcher.close()


async def submit_behind_the_first(
    gate: Gate, batcher: MicroBatcher[Work, int], *waiting: Work
) -> list[asyncio.Task[int]]:
    """Submit a first request, which occupies the only thread, and then requests that wait."""
    first = asyncio.create_task(batcher.submit(Work(0)))
    await gate.until_entered()
    tasks = [asyncio.create_task(batcher.submit(work)) for work in waiting]
    await asyncio.sleep(0)
    return [first, *tasks]


async def test_a_single_request_runs_at_once() -> None:
    gate = Gate()
    gate.open.set()
    async with running(gate) as batcher:
        assert await batcher.submit(Work(7)) == 70
    assert gate.batches == [[7]]


async def test_requests_that_wait_for_the_thread_form_the_next_batch() -> None:
    gate = Gate()
    async with running(gate) as batcher:
        tasks = await submit_behind_the_first(gate, batcher, Work(1), Work(2), Work(3))
        gate.open.set()
        assert await asyncio.gather(*tasks) == [0, 10, 20, 30]
    assert gate.batches == [[0], [1, 2, 3]]


async def test_the_batch_size_counts_images_and_not_requests() -> None:
    gate = Gate()
    async with running(gate, max_batch=4) as batcher:
        tasks = await submit_behind_the_first(gate, batcher, Work(1, size=3), Work(2, size=2), Work(3))
        assert batcher.waiting == 1 + 3 + 2 + 1
        gate.open.set()
        await asyncio.gather(*tasks)
        assert batcher.waiting == 0
    assert gate.batches == [[0], [1, 2], [3]]


async def test_a_cancelled_request_is_dropped_before_its_batch_runs() -> None:
    gate = Gate()
    async with running(gate) as batcher:
        first, gone, kept = await submit_behind_the_first(gate, batcher, Work(1), Work(2))
        gone.cancel()
        await asyncio.wait([gone])
        gate.open.set()
        assert await asyncio.gather(first, kept) == [0, 20]
    assert gate.batches == [[0], [2]]


async def test_a_request_cancelled_while_its_batch_runs_does_not_stop_the_others() -> None:
    gate = Gate()
    async with running(gate) as batcher:
        (first,) = await submit_behind_the_first(gate, batcher)
        first.cancel()
        await asyncio.wait([first])
        gate.open.set()
        assert await batcher.submit(Work(1)) == 10


async def test_a_request_that_fails_does_not_fail_the_others() -> None:
    gate = Gate()
    async with running(gate) as batcher:
        tasks = await submit_behind_the_first(gate, batcher, Work(1, fails=ValueError("blank")), Work(2))
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

    batcher: MicroBatcher[Work, int] = MicroBatcher(answer, threads=1, max_batch=4)
    batcher.start()
    with pytest.raises(ZeroDivisionError):
        await batcher.submit(Work(0))
    assert await batcher.submit(Work(5)) == 5
    await batcher.close()


async def test_the_number_of_answers_is_checked() -> None:
    batcher: MicroBatcher[Work, int] = MicroBatcher(lambda _: [1, 2], threads=1, max_batch=4)
    batcher.start()
    with pytest.raises(RuntimeError, match="2 answers to 1"):
        await batcher.submit(Work(0))
    await batcher.close()


@pytest.mark.parametrize("threads", [1, 3])
async def test_closing_answers_accepted_requests_and_refuses_new_ones(threads: int) -> None:
    gate = Gate()
    async with running(gate, threads=threads, max_batch=2) as batcher:
        tasks = [asyncio.create_task(batcher.submit(Work(number))) for number in range(20)]
        await gate.until_entered()
        closing = asyncio.create_task(batcher.close())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="closing"):
            await batcher.submit(Work(99))
        gate.open.set()
        assert await asyncio.gather(*tasks) == [number * 10 for number in range(20)]
        await closing


async def test_the_expected_wait_grows_with_the_waiting_images() -> None:
    gate = Gate()
    gate.open.set()
    async with running(gate) as batcher:
        assert batcher.expected_wait_s == 0
        await batcher.submit(Work(0))
        gate.open.clear()
        tasks = await submit_behind_the_first(gate, batcher, Work(1))
        one = batcher.expected_wait_s
        more = asyncio.create_task(batcher.submit(Work(2, size=8)))
        await asyncio.sleep(0)
        assert batcher.expected_wait_s == pytest.approx(5 * one)
        gate.open.set()
        await asyncio.gather(*tasks, more)
