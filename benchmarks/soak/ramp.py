"""Finds how many predictions a second one client gets answered in time, with a load that grows for some seconds."""

import asyncio
import time
from collections.abc import Sequence
from statistics import quantiles

import httpx

from benchmarks.soak.asking import send
from benchmarks.soak.load import PNG
from benchmarks.soak.pictures import Digit

STEP_S = 4.0
FIRST = 20.0  # predictions per second; each step asks for half as many again
TRIES = 3  # of a step, because other programs of the machine disturb some
WARM_UP = 100  # predictions, one after the other
SLOWEST_S = 0.25  # 95 of 100 answers have to come within this time
TIMEOUT_S = 10.0


async def find_sustainable_rate(client: httpx.AsyncClient, digits: Sequence[Digit], most: float) -> float:
    """Return the highest rate that was answered in time and without a failure. None above `most` is tried."""
    for number in range(WARM_UP):
        await _time(client, digits[number])
    sustained, rate = 0.0, min(FIRST, most)
    while await _is_sustained(client, digits, rate):
        sustained = rate
        if rate >= most:
            break
        rate = min(rate * 1.5, most)
    return sustained


async def _is_sustained(client: httpx.AsyncClient, digits: Sequence[Digit], rate: float) -> bool:
    for _ in range(TRIES):
        if await _try(client, digits, rate):
            return True
    return False


async def _try(client: httpx.AsyncClient, digits: Sequence[Digit], rate: float) -> bool:
    start, asked = time.monotonic(), []
    for number in range(int(rate * STEP_S)):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        asked.append(asyncio.create_task(_time(client, digits[number % len(digits)])))
    times = await asyncio.gather(*asked)
    answered = [seconds for seconds in times if seconds is not None]
    return len(answered) == len(times) and quantiles(answered, n=20)[-1] <= SLOWEST_S


async def _time(client: httpx.AsyncClient, digit: Digit) -> float | None:
    began = time.monotonic()
    request = client.build_request("POST", "/v1/predict", content=digit.picture, headers=PNG)
    answer = await send(client, request, TIMEOUT_S)
    return time.monotonic() - began if isinstance(answer, httpx.Response) else None
