"""Asks a service over HTTP whether it is ready.

The request is written by hand, so that the supervisor needs no HTTP library.
"""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

POLL_S = 0.1
ANSWER_TIMEOUT_S = 5.0

Probe = Callable[[], Awaitable[bool]]


def make_http_probe(url: str) -> Probe:
    """Make a probe that is true when `url` answers 200."""

    async def probe() -> bool:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return b" 200 " in await _read_status_line(url)
        except (OSError, TimeoutError):
            return False

    return probe


async def _read_status_line(url: str) -> bytes:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()


async def wait_until(probe: Probe) -> None:
    """Return when the probe is true. The caller sets the time limit."""
    while not await probe():  # noqa: ASYNC110  another process cannot set an event
        await asyncio.sleep(POLL_S)
