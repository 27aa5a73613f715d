"""Finds the most predictions a second that the machine answers in time beside the rest of the load."""

import asyncio
from collections.abc import Callable

from benchmarks.soak.load import Load

STEP_S = 20.0
FIRST = 20.0  # predictions per second; each step asks for half as many again
TRIES = 3  # of a step, because the first finds the services cold, and other programs of the machine disturb some
ENOUGH = 0.95  # of the predictions have to be sent, and answered within IN_TIME_S

Loads = Callable[[], Load]  # makes a load that nothing was sent of yet


async def find_sustainable_rate(loads: Loads, most: float) -> float:
    """Return the highest rate that was sent and answered in time, without a failure. None above `most` is tried."""
    sustained, rate = 0.0, min(FIRST, most)
    while await _is_sustained(loads, rate):
        sustained = rate
        if rate >= most:
            break
        rate = min(rate * 1.5, most)
    return sustained


async def _is_sustained(loads: Loads, rate: float) -> bool:
    for _ in range(TRIES):
        if await _try(loads(), rate):
            return True
    return False


async def _try(load: Load, rate: float) -> bool:
    sending = asyncio.create_task(load.run(rate))
    await asyncio.sleep(STEP_S)
    load.is_over = True
    await sending
    predictions = (load.soon, load.later)
    wanted = ENOUGH * rate * STEP_S
    in_time = sum(one.answered_in_time for one in predictions)
    return in_time >= wanted and not any(one.first_failures for one in predictions)
