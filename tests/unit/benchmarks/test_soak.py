"""How a soak counts: requests with one more try, growth within one life of a process, and the cost of each fault.

And how it finds the rate of its load.
"""

import httpx
import pytest

from benchmarks.soak import ramp
from benchmarks.soak.asking import Failure, Tally, ask
from benchmarks.soak.growth import compare_lives
from benchmarks.soak.result import Happened, list_recoveries
from benchmarks.soak.samples import Sample

MB = 1000


def samples(part: str, life: int, minutes: range, memory_mb: list[float], files: int = 10) -> list[Sample]:
    """One sample a minute."""
    return [
        Sample(minute * 60.0, part, life, 1, int(memory * MB), 200 * MB, files, connections=5)
        for minute, memory in zip(minutes, memory_mb, strict=True)
    ]


async def asked(*answers: httpx.Response | Exception) -> Tally:
    """Send one request to a service that answers like this, one after the other."""
    coming = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        del request
        one = next(coming)
        if isinstance(one, Exception):
            raise one
        return one

    tally = Tally("requests", pause_s=0.0)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://service") as client:
        await ask(client, client.build_request("GET", "/"), tally)
    return tally


BUSY = httpx.Response(503, json={"code": "overloaded"})


async def test_an_answer_at_the_first_try_is_counted_as_such() -> None:
    tally = await asked(httpx.Response(200))
    assert (tally.available_at_once, tally.available, tally.finished) == (1.0, 1.0, 1)


@pytest.mark.parametrize("failure", [BUSY, httpx.ConnectError("refused"), httpx.Response(404)])
async def test_a_failure_is_tried_once_more(failure: httpx.Response | Exception) -> None:
    tally = await asked(failure, httpx.Response(200))
    assert (tally.available_at_once, tally.available, tally.finished) == (0.0, 1.0, 1)
    assert len(tally.first_failures) == 1


async def test_a_second_failure_is_lost_with_its_reason() -> None:
    tally = await asked(httpx.ConnectError("refused"), BUSY)
    assert (tally.available, dict(tally.lost)) == (0.0, {"503 overloaded": 1})


def test_growth_is_that_of_the_longest_life_after_its_warm_up() -> None:
    first = samples("storage", 1, range(5), [50, 60, 70, 80, 500])
    second = samples("storage", 2, range(5, 35), [50.0] * 10 + [100.0] * 10 + [104.0] * 10)
    (growth,) = compare_lives(first + second, warm_up_s=600, until_s=10_000)
    assert (growth.since_min, growth.until_min) == (15, 34)
    assert growth.memory_mb == (100, 104)
    assert growth.is_flat


def test_a_part_that_grows_by_more_than_a_twentieth_is_not_flat() -> None:
    (growth,) = compare_lives(samples("storage", 1, range(30), [100.0 + one for one in range(30)]), 60, 10_000)
    assert growth.memory == pytest.approx(0.27, abs=0.02)
    assert not growth.is_flat


def test_a_part_that_opens_files_is_not_flat() -> None:
    before = samples("storage", 1, range(10), [50.0] * 10, files=10)
    after = samples("storage", 1, range(10, 20), [50.0] * 10, files=20)
    (growth,) = compare_lives(before + after, 60, 10_000)
    assert not growth.is_flat


def test_a_fault_costs_what_failed_between_it_and_the_next_one() -> None:
    tally = Tally("requests", 0.0, first_failures=[Failure(moment, "") for moment in (99, 101, 105, 161)])
    happened = [Happened("kill", 0, 100.0), Happened("cut", 60, 160.0), Happened("slow", 120, 220.0)]
    costs = [(failed, healthy_s) for _, failed, healthy_s in list_recoveries(tally, happened)]
    assert costs == [(2, 5.0), (1, 1.0), (0, 0.0)]


class Machine:
    """Stands for a stack that answers so many predictions a second in time. Above `fails_above` some fail."""

    def __init__(self, in_time: float, fails_above: float) -> None:
        self.soon, self.later = Tally("soon", 0.0), Tally("later", 0.0)
        self.is_over = False
        self._in_time, self._fails_above = in_time, fails_above

    async def run(self, rate: float) -> None:
        self.soon.answered_in_time = int(min(rate, self._in_time) * ramp.STEP_S)
        if rate > self._fails_above:
            self.later.first_failures.append(Failure(0.0, "503 overloaded"))


@pytest.mark.parametrize(
    ("in_time", "fails_above", "most", "sustained"),
    [(50, 1000, 1000, 45), (1000, 70, 1000, 67.5), (1000, 1000, 40, 40), (10, 1000, 1000, 0)],
)
async def test_a_rate_is_sustained_if_all_of_it_is_answered_in_time(
    in_time: float, fails_above: float, most: float, sustained: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ramp, "STEP_S", 0.2)
    monkeypatch.setattr(ramp, "FIRST", 20.0)
    assert await ramp.find_sustainable_rate(lambda: Machine(in_time, fails_above), most) == sustained
