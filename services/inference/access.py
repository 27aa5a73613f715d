"""Who may ask, and how often: optional API keys, and a limit for each key, or for each client address without keys.

Both are off until they are set. The settings hold only the keys' SHA-256, so that nobody can read a key out of them.
`python -m services.inference.access NAME` makes a key. The limit counts in this process's memory: two processes
behind a load balancer let through twice as much.
"""

import argparse
import hmac
import ipaddress
import math
import re
import secrets
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.web.problems import ProblemError

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DIGEST = re.compile(r"[0-9a-fA-F]{64}")
KEY_BYTES = 32  # as many random bits as its SHA-256 has
HOME_NETWORK_BYTES = 8  # of 16: a household has a whole IPv6 /64 for itself, so that is what counts as one client


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: whose it is, and the SHA-256 of it, 32 bytes."""

    name: str
    digest: bytes


def _parse_keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    entries = [entry.strip() for entry in value.split(",")]
    return tuple(_parse_key(number, entry) for number, entry in enumerate(entries, 1) if entry)


def _parse_key(number: int, entry: str) -> ApiKey:
    """ValueError names the entry by its number: what stands there may be a key by mistake."""
    name, _, digest = entry.partition(":")
    if not NAME.fullmatch(name) or not DIGEST.fullmatch(digest):
        raise ValueError(
            f"entry {number} is not «name:SHA-256 in 64 hexadecimal digits»; "
            "`python -m services.inference.access NAME` makes one"
        )
    return ApiKey(name, bytes.fromhex(digest))


def _parse_limit(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        (limit,) = parse_many(value)
    except ValueError:
        limit = None
    if limit is None or limit.amount < 1:
        raise ValueError("must be one limit of at least 1, as «100/second» or «6000/minute»")
    return limit


class AccessSettings(BaseSettings):
    """INFERENCE_API_KEYS, comma-separated «name:sha256-hex»: none means open to all; a name may have several keys.

    INFERENCE_RATE_LIMIT, «100/second» or «6000/minute»: none means unlimited.
    """

    model_config = SettingsConfigDict(
        env_prefix="INFERENCE_",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_parse_keys)] = ()
    rate_limit: Annotated[RateLimitItem | None, BeforeValidator(_parse_limit)] = None


class WindowCounters(MemoryStorage):
    """limits' counters in memory, without its timer: that starts a thread with nearly every hit, half a millisecond.

    Instead each hit drops what has expired. For one limit only, so that the oldest counter is the first to expire.
    """

    def __init__(self) -> None:
        super().__init__()
        self.expirations = OrderedDict()  # the first of a plain dict is slow to find once many were taken off its front

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """The count of `key`, `amount` higher; a new one lives for `expiry` seconds."""
        now = time.time()
        while (oldest := next(iter(self.expirations), None)) is not None and self.expirations[oldest] <= now:
            self.clear(oldest)
        self.expirations.setdefault(key, now + expiry)
        self.storage[key] += amount
        return self.storage[key]


class Access:
    """Admits or refuses a request by its headers and its client's address. Belongs to one thread, the event loop's."""

    def __init__(self, settings: AccessSettings) -> None:
        self._keys = settings.api_keys
        self._limit = settings.rate_limit
        self._limiter = SlidingWindowCounterRateLimiter(WindowCounters())

    def admit(self, headers: Mapping[str, str], client: str | None) -> str | None:
        """The name of the key, None where keys are off. ProblemError `unauthorised`, `forbidden`, `rate_limited`.

        `headers` are looked up in lower case. `client` is the address of the connection, and no header is believed.
        """
        name = self._name_of(headers) if self._keys else None
        if self._limit is not None:
            self._count(self._limit, name or _network_of(client))
        return name

    def _name_of(self, headers: Mapping[str, str]) -> str:
        shown = _shown_key(headers)
        if not shown:
            raise ProblemError(
                "unauthorised",
                "Send your API key as `Authorization: Bearer <key>` or `X-API-Key: <key>`.",
                {"WWW-Authenticate": "Bearer"},
            )
        digest = sha256(shown.encode()).digest()
        name = None
        for key in self._keys:  # all of them, so that the time taken does not tell which
            if hmac.compare_digest(key.digest, digest):
                name = key.name
        if name is None:
            raise ProblemError(
                "forbidden", "This API key is not known here; check it, or ask whoever runs Slate for one."
            )
        return name

    def _count(self, limit: RateLimitItem, who: str) -> None:
        if self._limiter.hit(limit, who):
            return
        wait_s = max(1, math.ceil(self._limiter.get_window_stats(limit, who).reset_time - time.time()))
        raise ProblemError(
            "rate_limited",
            f"More requests than {limit} are not answered; try again in {wait_s} s.",
            {"Retry-After": str(wait_s)},
        )


def _shown_key(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and (token := token.strip()):
        return token
    return headers.get("x-api-key", "").strip()


def _network_of(client: str | None) -> str:
    """An IPv4 address as it is, of an IPv6 address its /64; a connection without an address shares one limit."""
    if client is None or ":" not in client:
        return client or "no address"
    try:
        address = ipaddress.IPv6Address(client)
    except ValueError:
        return client
    return str(address.ipv4_mapped or address.packed[:HOME_NETWORK_BYTES].hex())


def make_key(name: str) -> tuple[str, str]:
    """A new random key, and its entry for INFERENCE_API_KEYS."""
    key = f"slate_{secrets.token_urlsafe(KEY_BYTES)}"
    return key, f"{name}:{sha256(key.encode()).hexdigest()}"


def main(arguments: list[str] | None = None) -> None:
    """Prints a new key, this once, and the line for the settings."""
    parser = argparse.ArgumentParser(prog="python -m services.inference.access", description="Make an API key.")
    parser.add_argument("name", help="whose key it is: letters, digits, dot, dash and underscore, at most 64")
    name = parser.parse_args(arguments).name
    if not NAME.fullmatch(name):
        parser.error("a name is 1 to 64 letters, digits, dots, dashes and underscores")
    key, entry = make_key(name)
    sys.stdout.write(
        f"The key of {name}, shown only now:\n  {key}\n"
        f"Add this to INFERENCE_API_KEYS (comma-separated) and restart inference:\n  {entry}\n"
    )


if __name__ == "__main__":
    main()
