"""Callers that hold connections: they send a request slowly or without an end, or do not read its answer."""

import asyncio
import select
import socket
from dataclasses import dataclass
from typing import Never

from benchmarks.fairness.callers import PAUSE_S, Answers
from benchmarks.fairness.request import Address, Request

DRIP_S = 1.0  # seconds between two pieces of a request that is sent slowly
CONNECT_TIMEOUT_S = 10.0
RECEIVE_BUFFER = 4096  # bytes: small, so that the answer stays in the service
HUNG_UP = select.POLLHUP | select.POLLERR


@dataclass(frozen=True)
class Trickling:
    """Sends the head of `request` and `start`, then `piece` `pieces` times as fast as the service takes it.

    Then it sends `end`; if that is empty, it sends `drip` once a second. `length` is the Content-Length; None sends no
    header of that name and leaves the head open, so that the pieces are headers.
    """

    request: Request
    connections: int
    piece: bytes = b""
    pieces: int = 0
    length: int | None = None
    start: bytes = b""
    end: bytes = b""
    drip: bytes = b"a"

    def call(self, address: Address, answers: Answers) -> None:
        """Load the service for ever."""
        asyncio.run(self._hold_all(address, answers))

    async def _hold_all(self, address: Address, answers: Answers) -> None:
        await asyncio.gather(*(self._repeat(address, answers) for _ in range(self.connections)))

    async def _repeat(self, address: Address, answers: Answers) -> Never:
        while True:
            try:
                answers[await self._send_once(address)] += 1
            except (OSError, TimeoutError):  # refused, reset, or too many connections for the system
                answers["closed"] += 1
            await asyncio.sleep(PAUSE_S)

    async def _send_once(self, address: Address) -> str:
        """The status of the answer, which may come before the request is complete, or "closed"."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(address.host, address.port, local_addr=(address.source, 0))
        sending = asyncio.create_task(self._send(writer, address))
        try:
            line = await reader.readline()
            return line.split()[1].decode() if line.startswith(b"HTTP/") else "closed"
        finally:
            sending.cancel()
            await asyncio.wait([sending])
            writer.transport.abort()

    async def _send(self, writer: asyncio.StreamWriter, address: Address) -> None:
        head = self.request.write_head(address, self.length)
        writer.write((head if self.length is None else head + b"\r\n") + self.start)
        for _ in range(self.pieces):
            writer.write(self.piece)
            await writer.drain()
        if self.end:
            writer.write(self.end)
            return
        while True:
            writer.write(self.drip)
            await writer.drain()
            await asyncio.sleep(DRIP_S)


@dataclass(frozen=True)
class NotReading:
    """Asks for a long answer on several connections and reads none of it. Asks again when the service hangs up."""

    request: Request
    connections: int

    def call(self, address: Address, answers: Answers) -> None:
        """Load the service for ever."""
        poll, asked = select.poll(), dict[int, socket.socket]()
        while True:
            while len(asked) < self.connections:
                new = self._ask(address)
                asked[new.fileno()] = new
                poll.register(new, HUNG_UP)
            for number, _ in poll.poll(PAUSE_S * 1000):
                poll.unregister(number)
                asked.pop(number).close()
                answers["closed"] += 1

    def _ask(self, address: Address) -> socket.socket:
        new = socket.socket()
        new.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        new.bind((address.source, 0))
        new.connect((address.host, address.port))
        new.sendall(self.request.write_head(address) + b"\r\n")
        return new
