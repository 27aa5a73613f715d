"""Asks over HTTP whether a service is ready; a raw request, so that the supervisor needs no client library."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

POLL_S = 0.1
ANSWER_TIMEOUT_S = 5.0

Probe = Callable[[], Awaitable[bool]]


def answers_ok(url: str) -> Probe:
    """A probe that is true once `url` answers 200."""

    async def probe() -> bool:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return b" 200 " in await _status_line(url)
        except (OSError, TimeoutError):
            return False

    return probe


async def _status_line(url: str) -> bytes:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()


async def wait_until(probe: Probe) -> None:
    """Returns once the probe is true; whoever calls sets the time limit."""
    while not await probe():  # noqa: ASYNC110  another process can't set our event
        await asyncio.sleep(POLL_S)
