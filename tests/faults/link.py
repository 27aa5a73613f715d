"""A connection between two services that a test can cut, silence or slow down: a small TCP proxy.

Every link of a process runs on one event loop in a thread of its own. The methods may be called from any thread.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Target = Path | int  # a Unix socket, or a port of this machine

CHUNK = 65_536


class Link:
    """Listens on `port` and forwards to `target`, which may begin to listen later.

    With several targets each connection goes to the next one that accepts it, as a load balancer does it.
    """

    def __init__(self, target: Target, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._targets = deque([target])
        self._run = run
        self._delay_s = 0.0
        self._is_cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server = run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Every connection breaks, and new ones break at once."""
        self._run(self._set_cut(is_cut=True))
        try:
            yield
        finally:
            self._run(self._set_cut(is_cut=False))

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Connections stay open and new ones are accepted, but nothing arrives until the end."""
        self._run(self._set_flowing(flowing=False))
        try:
            yield
        finally:
            self._run(self._set_flowing(flowing=True))

    @contextlib.contextmanager
    def slow(self, delay_s: float) -> Iterator[None]:
        """Everything arrives this much later, in both directions."""
        self._delay_s = delay_s
        try:
            yield
        finally:
            self._delay_s = 0.0

    @contextlib.contextmanager
    def leading_to(self, *targets: Target) -> Iterator[None]:
        """New connections go to these targets in turn. Open ones stay as they are, also at the end."""
        before, self._targets = self._targets, deque(targets)
        try:
            yield
        finally:
            self._targets = before

    def close(self) -> None:
        """Break every connection and listen no more."""
        self._run(self._set_cut(is_cut=True))
        self._run(self._stop_listening())

    async def _stop_listening(self) -> None:
        self._server.close()

    async def _set_cut(self, *, is_cut: bool) -> None:
        self._is_cut = is_cut
        for writer in self._writers if is_cut else ():
            _reset(writer)

    async def _set_flowing(self, *, flowing: bool) -> None:
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = [writer]
        self._writers.add(writer)
        end: Callable[[asyncio.StreamWriter], None] = _reset
        try:
            if not self._is_cut:
                far_reader, far_writer = await self._connect()
                pair.append(far_writer)
                self._writers.add(far_writer)
                await asyncio.gather(self._forward(reader, far_writer), self._forward(far_reader, writer))
                end = asyncio.StreamWriter.close  # what was written still goes out
        except OSError:
            pass  # one end broke, so the other is broken too
        finally:
            for one in pair:
                self._writers.discard(one)
                end(one)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._targets.rotate(-1)
        *others, last = self._targets
        for target in others:
            with contextlib.suppress(OSError):
                return await _open(target)
        return await _open(last)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            await self._flowing.wait()
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


async def _open(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, Path):
        return await asyncio.open_unix_connection(str(target))
    return await asyncio.open_connection("127.0.0.1", target)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection, so that the other end gets an error and not an end."""
    if (one := writer.get_extra_info("socket")) is not None:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.contextmanager
def running_links() -> Iterator[Callable[[Target], Link]]:
    """Yields a function that makes a link to a target. All links end with the context."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    links: list[Link] = []

    def run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    def make(target: Target) -> Link:
        links.append(Link(target, run))
        return links[-1]

    try:
        yield make
    finally:
        for link in links:
            link.close()
        run(_end_tasks())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
