"""A link does to a connection what it says."""

import select
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.link import Link, running_links

SHORT_S = 0.2


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that the test accepts connections of."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def link(echo: socket.socket) -> Iterator[Link]:
    with running_links() as make:
        yield make(echo.getsockname()[1])


def _connect(link: Link, echo: socket.socket) -> tuple[socket.socket, socket.socket]:
    near = socket.create_connection(("127.0.0.1", link.port), 10)
    far, _ = echo.accept()
    for one in (near, far):
        one.settimeout(10)
    return near, far


def _is_reset(one: socket.socket, port: int) -> bool:
    """Whether the connection breaks as it is made, or right after."""
    try:
        one.connect(("127.0.0.1", port))
        one.recv(100)
    except ConnectionResetError:
        return True
    return False


def test_it_forwards_both_ways_and_the_end(link: Link, echo: socket.socket) -> None:
    near, far = _connect(link, echo)
    with near, far:
        near.sendall(b"a question")
        assert far.recv(100) == b"a question"
        far.sendall(b"an answer")
        assert near.recv(100) == b"an answer"
        near.shutdown(socket.SHUT_WR)
        assert far.recv(100) == b""


def test_cut_breaks_connections_and_new_ones(link: Link, echo: socket.socket) -> None:
    near, far = _connect(link, echo)
    with near, far:
        with link.cut():
            with pytest.raises(ConnectionResetError):
                near.recv(100)
            with socket.socket() as other:
                other.settimeout(10)
                assert _is_reset(other, link.port)
        again, far_again = _connect(link, echo)
        with again, far_again:
            again.sendall(b"back")
            assert far_again.recv(100) == b"back"


def test_silent_keeps_everything_until_its_end(link: Link, echo: socket.socket) -> None:
    near, far = _connect(link, echo)
    with near, far:
        with link.silent():
            near.sendall(b"late")
            far.settimeout(SHORT_S)
            with pytest.raises(TimeoutError):
                far.recv(100)
        far.settimeout(10)
        assert far.recv(100) == b"late"


def test_slow_delays_everything(link: Link, echo: socket.socket) -> None:
    near, far = _connect(link, echo)
    with near, far, link.slow(SHORT_S):
        began = time.monotonic()
        near.sendall(b"slow")
        assert far.recv(100) == b"slow"
        assert time.monotonic() - began >= SHORT_S


def test_with_several_targets_each_connection_goes_to_the_next_one_that_accepts_it(
    link: Link, echo: socket.socket
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        targets = {echo: b"one", other: b"other"}
        with link.leading_to(*(server.getsockname()[1] for server in targets)):
            assert {_say(link, targets) for _ in range(2)} == {b"one", b"other"}
            other.close()
            del targets[other]
            assert [_say(link, targets) for _ in range(2)] == [b"one", b"one"]
        assert _say(link, targets) == b"one"


def _say(link: Link, targets: dict[socket.socket, bytes]) -> bytes:
    """Connect, and return what the server that accepts it says."""
    with socket.create_connection(("127.0.0.1", link.port), 10) as near:
        ready, _, _ = select.select(list(targets), [], [], 10)
        far, _ = ready[0].accept()
        with far:
            far.sendall(targets[ready[0]])
            return near.recv(100)
