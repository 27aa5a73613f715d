"""The parts of a batch are asked two at a time, and none is asked on after an error."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.inference.http.batch_answer import ask_two_at_a_time


async def count_to(end: int) -> AsyncIterator[int]:
    for number in range(end):
        yield number


async def test_the_answers_come_in_the_order_of_the_parts() -> None:
    async def ask(number: int) -> int:
        for _ in range(10 - number):
            await asyncio.sleep(0)
        return number

    assert await ask_two_at_a_time(count_to(7), ask) == [0, 1, 2, 3, 4, 5, 6]
    assert await ask_two_at_a_time(count_to(0), ask) == []


async def test_an_error_of_a_part_cancels_the_part_after_it() -> None:
    cancelled = []

    async def ask(number: int) -> int:
        if number == 0:
            raise ValueError("it can't be read")
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(number)
        return number

    with pytest.raises(ValueError, match="it can't be read"):
        await ask_two_at_a_time(count_to(5), ask)
    assert cancelled == [1]


async def test_a_body_that_ends_too_early_cancels_what_was_asked() -> None:
    cancelled = []

    async def ask(number: int) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(number)
        return number

    async def slowly() -> AsyncIterator[int]:
        yield 0
        await asyncio.sleep(0)
        raise ConnectionError("the client left")

    with pytest.raises(ConnectionError):
        await ask_two_at_a_time(slowly(), ask)
    assert cancelled == [0]


async def test_of_two_errors_the_first_is_raised_and_the_other_is_no_error_of_a_lost_task() -> None:
    lost: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: lost.append(context))

    async def ask(number: int) -> int:
        raise ValueError(f"part {number}")

    with pytest.raises(ValueError, match="part 0"):
        await ask_two_at_a_time(count_to(5), ask)
    await asyncio.sleep(0)  # until then, the loop holds the tasks
    gc.collect()
    assert lost == []
