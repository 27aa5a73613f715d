"""How long a caller waits for a service: for its connection, for its bytes, and while it says «not now».

A page does not wait and says so; a service with a pile of drawings waits until a restart is over. Waits double, with
chance in them so that many callers don't come back at once. `Retry-After` is never undercut: where it asks for more
time than is left, the caller hears so at once.
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
NOT_NOW = frozenset({429, 502, 503, 504})
NOT_REACHED = (httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError)  # who lets read time out is at work


@dataclass(frozen=True)
class Patience:
    """No try begins later than `retry_for_s` after the first; 0 is one try. One that hangs is not repeated."""

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0  # between two pieces of the answer
    retry_for_s: float = 30.0


PATIENT = Patience()


class Clock(Protocol):
    """What of the module `time` is needed."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Waits."""


def send_patiently(send: Callable[[], httpx.Response], retry_for_s: float, clock: Clock) -> httpx.Response:
    """The first answer that is not «not now»; once the time is up, the last one. The last failure is raised."""
    give_up_at = clock.monotonic() + retry_for_s
    longest_s = FIRST_WAIT_S
    while True:
        wait_s = random.uniform(longest_s / 2, longest_s)  # noqa: S311  no secret
        try:
            response = send()
        except NOT_REACHED:
            if clock.monotonic() + wait_s > give_up_at:
                raise
        else:
            if response.status_code not in NOT_NOW:
                return response
            wait_s += read_retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
            if clock.monotonic() + wait_s > give_up_at:
                return response
        clock.sleep(wait_s)
        longest_s = min(2 * longest_s, LONGEST_WAIT_S)


def read_retry_after(value: str, now: datetime) -> float:
    """The header, seconds or an HTTP date → seconds from `now`; 0 where it is neither. RFC 9110, §10.2.3."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
