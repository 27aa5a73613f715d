"""How long a client waits for a service, and which requests it sends again.

The client retries when the service cannot be reached or answers that it is overloaded. The wait doubles after every
try and has a random part, so that many clients do not come back at the same moment. The client never comes back
earlier than `Retry-After` says. Why this is not a library: docs/decisions/0013-client-retries.md.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
# A read timeout is not among them: the service has the request and is busy with it, so a retry would add to its load.
RETRIED_ERRORS = (httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError)


@dataclass(frozen=True)
class Patience:
    """Time limits of one request.

    `retry_for_s` is the total time for retries: no try begins later than this after the first. 0 means one try.
    """

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0  # the longest pause between two pieces of the answer
    retry_for_s: float = 30.0


DEFAULT_PATIENCE = Patience()


class Clock(Protocol):
    """The two functions of the module `time` that retries need. Tests pass a fake clock."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait for so many seconds."""


class Retries:
    """Decides after each try of one request whether the client tries again, and when."""

    def __init__(self, retry_for_s: float, now: float) -> None:
        """`now` is the time of the first try, in seconds of the clock that `find_wait` is asked with."""
        self._give_up_at = now + retry_for_s
        self._longest_s = FIRST_WAIT_S

    def find_wait(self, response: httpx.Response | None, now: float) -> float | None:
        """The seconds until the next try. None if the outcome is final, or if the time would be up then.

        `response` is None after one of `RETRIED_ERRORS`.
        """
        wait_s = random.uniform(self._longest_s / 2, self._longest_s)  # noqa: S311  no secret
        if response is not None:
            if response.status_code not in RETRIED_STATUSES:
                return None
            wait_s += read_retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
        self._longest_s = min(2 * self._longest_s, LONGEST_WAIT_S)
        return wait_s if now + wait_s <= self._give_up_at else None


def send_with_retries(send: Callable[[], httpx.Response], retry_for_s: float, clock: Clock) -> httpx.Response:
    """Call `send` until its answer is not one of `RETRIED_STATUSES` or the time is up.

    When the time is up, the last answer is returned or the last error is raised. If `Retry-After` asks for more time
    than is left, that happens at once and without a wait.
    """
    retries = Retries(retry_for_s, clock.monotonic())
    while True:
        try:
            response = send()
        except RETRIED_ERRORS:
            if (wait_s := retries.find_wait(None, clock.monotonic())) is None:
                raise
        else:
            if (wait_s := retries.find_wait(response, clock.monotonic())) is None:
                return response
        clock.sleep(wait_s)


def read_retry_after(value: str, now: datetime) -> float:
    """Parse the header: seconds or an HTTP date → seconds from `now`, 0 if unreadable. RFC 9110, §10.2.3."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
