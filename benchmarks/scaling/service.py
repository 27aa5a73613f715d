"""A running inference service and the loads on it: callers that never pause, and requests at given moments."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.fairness.services import run_inference
from benchmarks.flood import Flood, flood_at
from benchmarks.scaling.simulation import Times
from benchmarks.wrk import make_drawing

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Service:
    """One process with its default settings."""

    port: int
    pid: int

    def call(self, callers: int, seconds: float) -> Times:
        """Each caller sends its next request as soon as it has an answer → the latencies in seconds."""
        return np.array(asyncio.run(_call(self.port, make_request(self.port), callers, seconds)))

    def offer(self, moments: Times) -> Flood:
        """Send a request at each moment, in seconds from now."""
        return asyncio.run(flood_at(HOST, self.port, make_request(self.port), moments.tolist()))


def make_request(port: int) -> bytes:
    """A drawing of a three, as the page sends it."""
    body = make_drawing()
    head = f"POST /v1/predict HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: image/png\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def run_service() -> Iterator[Service]:
    """Start inference, and stop it in the end."""
    with run_inference() as running:
        yield Service(running.port, running.process.pid)


async def _call(port: int, request: bytes, callers: int, seconds: float) -> list[float]:
    end = time.perf_counter() + seconds
    latencies: list[float] = []
    await asyncio.gather(*(_repeat(port, request, end, latencies) for _ in range(callers)))
    return latencies


async def _repeat(port: int, request: bytes, end: float, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    while (started := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the service answered {head[:40]!r}")
        latencies.append(time.perf_counter() - started)
    writer.close()
