"""The memory of all request bodies: how much one caller and all callers may reserve, and who waits."""

import asyncio

import pytest

from shared.web.body_budget import BodyBudget, BudgetFullError


async def test_a_caller_may_reserve_half_and_others_the_rest() -> None:
    budget = BodyBudget(100, wait_s=0.01)
    await budget.reserve("a", 50)
    with pytest.raises(BudgetFullError):
        await budget.reserve("a", 1)
    await budget.reserve("b", 40)
    await budget.reserve("c", 10)
    with pytest.raises(BudgetFullError):
        await budget.reserve("d", 1)


async def test_who_waits_goes_on_when_there_is_room() -> None:
    budget = BodyBudget(100, wait_s=30)
    await budget.reserve("a", 50)
    waiting = [asyncio.create_task(budget.reserve("a", 20)) for _ in range(3)]
    await asyncio.sleep(0)
    budget.release("a", 30)
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1
    budget.release("a", 40)
    await asyncio.gather(*waiting)
    assert budget.reserved == {"a": 40}


async def test_who_gave_up_holds_nothing() -> None:
    budget = BodyBudget(100, wait_s=30)
    await budget.reserve("a", 50)
    waiting = asyncio.create_task(budget.reserve("a", 20))
    await asyncio.sleep(0)
    waiting.cancel()
    budget.release("a", 50)
    await asyncio.sleep(0)
    assert budget.reserved.total() == 0
