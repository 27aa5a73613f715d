"""A client that tries a second time, and counts how often the first and the second try were answered."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

FIRST_TIMEOUT_S, SECOND_TIMEOUT_S = 10.0, 20.0
IN_TIME_S = 0.25


@dataclass(frozen=True)
class Failure:
    """A try without an answer: when (time.monotonic) and why, `ReadTimeout` or `503 not_ready`."""

    moment: float
    reason: str


@dataclass
class Tally:
    """What became of the requests of one kind, whose second try comes `pause_s` after the first."""

    name: str
    pause_s: float
    asked: int = 0
    answered_first: int = 0
    answered_in_time: int = 0  # at the first try, within IN_TIME_S
    answered_second: int = 0
    first_failures: list[Failure] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)  # reasons of second tries that failed

    @property
    def finished(self) -> int:
        """How many requests have an end; the others still wait."""
        return self.answered_first + self.answered_second + self.lost.total()

    @property
    def available(self) -> float:
        """The share of requests that were answered, at the first or second try."""
        return (self.answered_first + self.answered_second) / max(1, self.finished)

    @property
    def available_at_once(self) -> float:
        """The share that was answered at the first try."""
        return self.answered_first / max(1, self.finished)


async def ask(client: httpx.AsyncClient, request: httpx.Request, tally: Tally) -> httpx.Response | None:
    """Send the request, and after a pause once more if it fails → its answer, or None."""
    tally.asked += 1
    began = time.monotonic()
    answer = await send(client, request, FIRST_TIMEOUT_S)
    if isinstance(answer, httpx.Response):
        tally.answered_first += 1
        tally.answered_in_time += time.monotonic() - began <= IN_TIME_S
        return answer
    tally.first_failures.append(Failure(time.monotonic(), answer))
    await asyncio.sleep(tally.pause_s)
    answer = await send(client, request, SECOND_TIMEOUT_S)
    if isinstance(answer, httpx.Response):
        tally.answered_second += 1
        return answer
    tally.lost[answer] += 1
    return None


async def send(client: httpx.AsyncClient, request: httpx.Request, timeout_s: float) -> httpx.Response | str:
    """Send the request → its answer, or the reason why there is none."""
    try:
        async with asyncio.timeout(timeout_s):
            response = await client.send(request)
    except TimeoutError:
        return "no answer in time"
    except httpx.TransportError as error:
        return type(error).__name__
    if response.is_success:
        return response
    return f"{response.status_code} {_read_code(response)}"


def _read_code(response: httpx.Response) -> str:
    try:
        return str(response.json().get("code", ""))
    except ValueError:
        return ""
