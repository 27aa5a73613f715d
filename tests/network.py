"""Keeps every test to the servers that it started itself, whatever else runs on the machine.

`NetworkGuard` knows the ports that this process has bound. A connection to any other port, or to another machine, is
refused and remembered, and the fixture in `conftest.py` then fails the test. `CLOSED_URL` is an address that refuses
every connection.
"""

import errno
import socket
from typing import Any

import pytest

_reserved = socket.socket()  # bound for as long as the tests run, and never listening: the system refuses connections
_reserved.bind(("127.0.0.1", 0))
CLOSED_PORT = int(_reserved.getsockname()[1])
CLOSED_URL = f"http://127.0.0.1:{CLOSED_PORT}"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class NetworkGuard:
    """Watches the sockets of this process. Connections made by libraries in C and by child processes go unseen."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ports = {CLOSED_PORT}
        self.forbidden: list[str] = []
        bind, connect, connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex

        def watched_bind(one: socket.socket, address: Any) -> None:
            bind(one, address)
            if one.family != socket.AF_UNIX:
                self.ports.add(one.getsockname()[1])

        def watched_connect(one: socket.socket, address: Any) -> None:
            if not self._allows(one, address):
                raise ConnectionRefusedError(errno.ECONNREFUSED, f"no test has opened {address}")
            connect(one, address)

        def watched_connect_ex(one: socket.socket, address: Any) -> int:
            return connect_ex(one, address) if self._allows(one, address) else errno.ECONNREFUSED

        patch.setattr(socket.socket, "bind", watched_bind)
        patch.setattr(socket.socket, "connect", watched_connect)
        patch.setattr(socket.socket, "connect_ex", watched_connect_ex)

    def _allows(self, one: socket.socket, address: Any) -> bool:
        if one.family == socket.AF_UNIX or (address[0] in LOOPBACK and address[1] in self.ports):
            return True
        self.forbidden.append(f"{address[0]}:{address[1]}")
        return False
