"""Which requests the client sends again, how long it waits before, and when it gives up."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from shared.clients.patience import FIRST_WAIT_S, LONGEST_WAIT_S, read_retry_after, send_with_retries
from tests.unit.clients.fake_clock import FakeClock

OK = httpx.Response(200)
BUSY = httpx.Response(503)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FakeService:
    """Gives the outcomes in order, an answer or an error each, and repeats the last one."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def send(self) -> httpx.Response:
        outcome = self.outcomes[min(self.asked, len(self.outcomes) - 1)]
        self.asked += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_good_answer_is_returned_without_a_wait(clock: FakeClock) -> None:
    assert send_with_retries(FakeService(OK).send, 30, clock) is OK
    assert clock.waits == []


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_service_is_asked_again(clock: FakeClock, status: int) -> None:
    service = FakeService(httpx.Response(status), httpx.Response(status), OK)
    assert send_with_retries(service.send, 30, clock) is OK
    assert len(clock.waits) == 2


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 500, 501])
def test_no_other_status_is_retried(clock: FakeClock, status: int) -> None:
    service = FakeService(httpx.Response(status, headers={"Retry-After": "1"}), OK)
    assert send_with_retries(service.send, 30, clock).status_code == status
    assert service.asked == 1


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_a_connection_error_is_retried(clock: FakeClock, failure: type[httpx.TransportError]) -> None:
    assert send_with_retries(FakeService(failure("away"), OK).send, 30, clock) is OK
    assert len(clock.waits) == 1


def test_a_read_timeout_is_not_retried(clock: FakeClock) -> None:
    service = FakeService(httpx.ReadTimeout("slow"), OK)
    with pytest.raises(httpx.ReadTimeout):
        send_with_retries(service.send, 30, clock)
    assert service.asked == 1


def test_waits_double_up_to_the_longest_and_have_a_random_part(clock: FakeClock) -> None:
    send_with_retries(FakeService(BUSY).send, 60, clock)
    for number, wait_s in enumerate(clock.waits):
        longest_s = min(FIRST_WAIT_S * 2**number, LONGEST_WAIT_S)
        assert longest_s / 2 <= wait_s <= longest_s
    assert len(set(clock.waits)) == len(clock.waits) > 10


@pytest.mark.parametrize("retry_for_s", [0.5, 3, 30])
def test_no_try_begins_late_and_the_last_answer_is_returned(clock: FakeClock, retry_for_s: float) -> None:
    assert send_with_retries(FakeService(BUSY).send, retry_for_s, clock) is BUSY
    assert 0 < sum(clock.waits) <= retry_for_s


def test_the_last_error_is_raised_when_the_time_is_up(clock: FakeClock) -> None:
    with pytest.raises(httpx.ConnectError):
        send_with_retries(FakeService(httpx.ConnectError("refused")).send, 3, clock)
    assert 0 < sum(clock.waits) <= 3


@pytest.mark.parametrize("outcome", [BUSY, httpx.ConnectError("refused")])
def test_there_is_one_try_without_patience(clock: FakeClock, outcome: httpx.Response | Exception) -> None:
    service = FakeService(outcome, OK)
    try:
        send_with_retries(service.send, 0, clock)
    except httpx.ConnectError:
        assert outcome is not BUSY
    assert (service.asked, clock.waits) == (1, [])


def test_a_retry_waits_at_least_retry_after(clock: FakeClock) -> None:
    busy = httpx.Response(503, headers={"Retry-After": "7"})
    assert send_with_retries(FakeService(busy, OK).send, 30, clock) is OK
    assert 7 < clock.waits[0] <= 7 + FIRST_WAIT_S


def test_the_client_gives_up_at_once_if_retry_after_is_longer_than_the_time_left(clock: FakeClock) -> None:
    service = FakeService(httpx.Response(429, headers={"Retry-After": "31"}), OK)
    assert send_with_retries(service.send, 30, clock).status_code == 429
    assert (service.asked, clock.waits) == (1, [])


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("1", 1), ("120", 120), ("9" * 5000, float("inf"))])
def test_retry_after_can_be_seconds(value: str, seconds: float) -> None:
    assert read_retry_after(value, NOW) == seconds


def test_retry_after_can_be_a_date() -> None:
    assert read_retry_after(format_datetime(NOW + timedelta(seconds=90), usegmt=True), NOW) == 90
    assert read_retry_after("Sat Nov 21 12:00:05 2026", NOW) == 5
    assert read_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", NOW) == 0


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "1.5", "nan", "²", "1, 2", "Mon, 01 Jan 99999 00:00:00 GMT", "01 Jan 9999999999999999 0:0"],
)
def test_an_unreadable_retry_after_is_ignored(value: str) -> None:
    assert read_retry_after(value, NOW) == 0
