"""The body of a request: its size, the time in which it must arrive, and the memory of all bodies together."""

import socket
import time

import httpx
import pytest
from structlog.testing import capture_logs

from shared.web.body_budget import EXEMPT_BYTES
from tests.integration.web.server import MAX_BODY_BYTES, ask, connected, make_app, receive, serving

HOST = b"Host: localhost\r\n"


def head(length: int, path: bytes = b"/") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % length


def test_a_body_up_to_the_limit_is_read(url: str) -> None:
    assert httpx.post(url, content=b"a" * MAX_BODY_BYTES).json() == MAX_BODY_BYTES


def test_a_longer_body_is_refused_before_it_arrives(url: str) -> None:
    answer = ask(url, head(MAX_BODY_BYTES + 1))
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_chunked_body_is_refused_when_it_is_too_long(url: str) -> None:
    pieces = [b"%x\r\n" % 100_000 + b"a" * 100_000 + b"\r\n"] * 11
    answer = ask(url, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", *pieces)
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("path", [b"/", b"/typed"])
def test_a_body_that_does_not_arrive_is_a_timeout(path: bytes) -> None:
    with serving(make_app(body_timeout_s=0.2)) as address:
        answer = ask(address, head(5, path), b"abc")
    assert (answer.status, answer.code) == (408, "timeout")
    assert answer.headers["connection"] == "close"


def test_only_the_arrival_of_the_body_counts_for_the_timeout() -> None:
    with serving(make_app(body_timeout_s=1)) as address:
        answer = ask(address, head(5, b"/handle"), b"abc", b"de")  # handled in 0.6 s each
    assert answer.body == b"5"


def test_one_caller_may_fill_half_of_the_memory_and_no_more() -> None:
    """The memory is that of four bodies of the largest size."""
    with serving(make_app()) as address, connected(address) as first, connected(address) as second:
        for slow in (first, second):
            slow.sendall(head(MAX_BODY_BYTES) + b"a" * (MAX_BODY_BYTES - 1))
        time.sleep(0.5)
        with connected(address) as waiting:
            waiting.sendall(head(MAX_BODY_BYTES) + b"a" * MAX_BODY_BYTES)
            assert ask(address, head(EXEMPT_BYTES) + b"a" * EXEMPT_BYTES).status == 200
            waiting.settimeout(0.3)
            with pytest.raises(TimeoutError):
                waiting.recv(1)
            first.sendall(b"a")
            assert receive(first).status == 200
            waiting.settimeout(10)
            assert receive(waiting).status == 200
        second.sendall(b"a")
        assert receive(second).status == 200


@pytest.mark.parametrize("path", [b"/", b"/typed"])
def test_a_client_that_leaves_is_no_error_and_is_counted(path: bytes) -> None:
    with serving(make_app()) as address, capture_logs() as logs, connected(address) as connection:
        connection.sendall(head(5, path) + b"abc")
        connection.shutdown(socket.SHUT_WR)
        while 'status="499"' not in httpx.get(f"{address}/metrics").text:
            time.sleep(0.01)
    assert [(log["event"], log["log_level"]) for log in logs] == [("client_disconnected", "info")]


def test_a_client_that_sends_all_of_a_large_body_first_reads_the_refusal(url: str) -> None:
    answer = ask(url, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000))
    assert (answer.status, answer.code) == (413, "too_large")
