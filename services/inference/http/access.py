"""Decides whether a caller may send a request: optional API keys, and an optional rate limit.

The limit counts per key, or per client address where no keys are set. The counts are in the memory of one process:
two processes together let through twice as many requests.
"""

import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import sha256

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from services.inference.api_key import ApiKey
from shared.web.caller import identify_caller
from shared.web.problems import ProblemError


class WindowCounters(MemoryStorage):
    """In-memory counters for the `limits` package. Each hit removes the expired counters.

    The parent class removes them in a timer thread. Nearly every hit starts a new one, which takes half a millisecond.
    One object may serve one limit only, so that the oldest counter is always the first to expire.
    """

    def __init__(self) -> None:
        super().__init__()
        self.expirations = OrderedDict()  # a plain dict finds its first key slowly after many removals

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add `amount` to the count of `key` and return it. A new counter expires after `expiry` seconds."""
        now = time.time()
        while (oldest := next(iter(self.expirations), None)) is not None and self.expirations[oldest] <= now:
            self.clear(oldest)
        self.expirations.setdefault(key, now + expiry)
        self.storage[key] += amount
        return self.storage[key]


class Access:
    """Admits or refuses a request by its headers and its client's address. Use it in the event loop's thread only.

    Without keys, everybody is admitted. Without a limit, a caller may send any number of requests.
    """

    def __init__(self, keys: Sequence[ApiKey] = (), limit: RateLimitItem | None = None) -> None:
        self._keys = keys
        self._limit = limit
        self._limiter = SlidingWindowCounterRateLimiter(WindowCounters())

    def admit(self, headers: Mapping[str, str], client: str | None) -> str:
        """Return the caller: the name of its key, or its address if no keys are set.

        `headers` are looked up in lower case. `client` is the address of the connection, or the one that a trusted
        proxy names. Headers are ignored here, because a caller can write anything into X-Forwarded-For.
        ProblemError `unauthorised`, `forbidden`, `rate_limited`.
        """
        caller = self._find_name(headers) if self._keys else identify_caller(client)
        if self._limit is not None:
            self._count(self._limit, caller)
        return caller

    def _find_name(self, headers: Mapping[str, str]) -> str:
        sent = _read_key(headers)
        if not sent:
            raise ProblemError(
                "unauthorised",
                "Send your API key as `Authorization: Bearer <key>` or `X-API-Key: <key>`.",
                {"WWW-Authenticate": "Bearer"},
            )
        digest = sha256(sent.encode()).digest()
        name = None
        for key in self._keys:  # no early exit: the time taken must not reveal which key matches
            if hmac.compare_digest(key.digest, digest):
                name = key.name
        if name is None:
            raise ProblemError(
                "forbidden", "This API key is unknown. Check it, or ask the operator of this Slate for a key."
            )
        return name

    def _count(self, limit: RateLimitItem, caller: str) -> None:
        if self._limiter.hit(limit, caller):
            return
        wait_s = max(1, math.ceil(self._limiter.get_window_stats(limit, caller).reset_time - time.time()))
        raise ProblemError(
            "rate_limited",
            f"You have reached the limit of {limit}. Try again in {wait_s} s.",
            {"Retry-After": str(wait_s)},
        )


def _read_key(headers: Mapping[str, str]) -> str:
    """The key that the caller sent, or an empty string."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and (token := token.strip()):
        return token
    return headers.get("x-api-key", "").strip()
