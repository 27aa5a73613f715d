"""Sends requests at a given rate, however slow the answers are (an open-loop load), and times each answer.

Connections are reused; a request without a free connection opens a new one, and no request is left out. It uses
asyncio's raw transports, because a client library would need more processor time than the measured server.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

MAX_CONNECTIONS = 2000


@dataclass
class Flood:
    """The result: latencies in seconds by HTTP status, and the number of requests without an answer.

    `exchanges` has when each answered request was sent, in seconds of perf_counter, and its latency.
    """

    latencies: dict[int, list[float]] = field(default_factory=dict)
    lost: int = 0
    exchanges: list[tuple[float, float]] = field(default_factory=list)

    def add(self, status: int, sent_at: float) -> None:
        """Note an answer that came now."""
        latency = time.perf_counter() - sent_at
        self.latencies.setdefault(status, []).append(latency)
        self.exchanges.append((sent_at, latency))

    def percentile_ms(self, status: int, percent: float) -> float:
        """A percentile of the latency. NaN if no answer had this status."""
        times = self.latencies.get(status)
        return float(np.percentile(times, percent)) * 1000 if times else float("nan")

    @property
    def counts(self) -> Counter[int]:
        """Number of answers by status."""
        return Counter({status: len(times) for status, times in self.latencies.items()})


class _Connection(asyncio.Protocol):
    """Sends one request at a time. Reads the status and as many bytes as Content-Length says."""

    def __init__(self, flood: Flood, free: deque["_Connection"]) -> None:
        self.flood, self.free = flood, free
        self.received = bytearray()
        self.sent_at: float | None = None
        self.transport: asyncio.Transport
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes, due: float) -> None:
        self.sent_at = due  # latency counts from here, also if the request is sent late
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return
        header = bytes(self.received[:head]).lower()
        length = int(header.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self.received) < head + 4 + length or self.sent_at is None:
            return
        status = int(self.received[9:12])
        self.flood.add(status, self.sent_at)
        self.received.clear()
        self.sent_at = None
        if b"connection: close" in header:
            self.transport.close()
        else:
            self.free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.sent_at is not None:
            self.flood.lost += 1
            self.sent_at = None  # no request is waiting for an answer
        if self in self.free:
            self.free.remove(self)
        self.closed.set_result(None)


async def flood(host: str, port: int, request: bytes, *, rate: float, seconds: float) -> Flood:
    """Send `rate` requests per second for `seconds`, then wait up to ten seconds for the last answers."""
    return await flood_at(host, port, request, [number / rate for number in range(int(rate * seconds))])


async def flood_at(host: str, port: int, request: bytes, moments: Sequence[float]) -> Flood:
    """Send a request at each of these moments, in seconds from now, and wait up to ten seconds for the last answers."""
    result, free = Flood(), deque[_Connection]()
    loop, everyone = asyncio.get_running_loop(), list[_Connection]()
    start = time.perf_counter()
    for number, moment in enumerate(moments):
        due = start + moment
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        elif -early > 0.01 and number % 50 == 0:
            await asyncio.sleep(0)  # lets the event loop read answers
        while not free and len(everyone) >= MAX_CONNECTIONS:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if not free:
            _, connection = await loop.create_connection(lambda: _Connection(result, free), host, port)
            everyone.append(connection)
            free.append(connection)
        free.popleft().send(request, max(due, time.perf_counter() - 0.01))
    deadline = time.perf_counter() + 10
    while any(each.sent_at is not None for each in everyone) and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    for each in everyone:
        each.transport.abort()
    await asyncio.gather(*(each.closed for each in everyone))
    return result
