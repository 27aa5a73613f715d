"""What happens to a connection: half-closed clients, offered upgrades, bodies that nobody reads."""

import socket
import time

import httpx
import pytest
from structlog.testing import capture_logs

from shared.web.http_protocol import LimitedHttpProtocol
from tests.integration.web.server import ask, connected, is_closed, make_app, receive, serving

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"


def test_a_half_closed_request_is_answered_and_the_connection_closed(url: str) -> None:
    for path in (b"/", b"/slow"):
        with connected(url) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            assert receive(connection).status == 200
            assert is_closed(connection)


def test_every_pipelined_request_before_the_end_is_answered(url: str) -> None:
    with connected(url) as connection:
        connection.sendall((POST + b"\r\nabcde") * 3)
        connection.shutdown(socket.SHUT_WR)
        answers = b""
        while piece := connection.recv(65536):
            answers += piece
    assert answers.count(b"HTTP/1.1 200 OK") == 3


def test_a_body_that_ends_too_early_closes_the_connection(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(POST + b"\r\nabc")
        connection.shutdown(socket.SHUT_WR)
        assert is_closed(connection)


@pytest.mark.parametrize("first", [0, 10, 15, 60, 80, 100, 150])
def test_an_offered_upgrade_is_ignored_and_the_body_is_read(url: str, first: int) -> None:
    whole = POST + H2C + b"\r\nabcde"
    assert ask(url, whole[:first], whole[first:]).body == b"5"
    assert ask(url, b"GET / HTTP/1.1\r\n" + H2C.upper() + b"Host: localhost\r\n\r\n").status == 200


def test_a_body_that_looks_like_an_upgrade_is_unchanged(url: str) -> None:
    body = b"\r\n\r\n" + H2C
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert ask(url, head + body).body == str(len(body)).encode()
    assert ask(url, head, body).body == str(len(body)).encode()


def test_a_connection_answers_the_request_after_an_offered_upgrade(url: str) -> None:
    with connected(url) as connection:
        for _ in range(2):
            connection.sendall(POST + H2C + b"\r\nabcde")
            assert receive(connection).body == b"5"


def test_a_websocket_is_answered_as_plain_http_where_there_are_none(url: str) -> None:
    offer = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert ask(url, offer).status == 200


def test_a_body_that_nobody_reads_ends_the_connection(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n")
        assert receive(connection).status == 200
        with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
            for _ in range(10_000):
                connection.sendall(b"a" * 10_000)


def test_a_connection_keeps_no_body_that_nobody_read(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + bytes(60000))
        assert receive(connection).status == 404
        httpx.get(url)  # the server has finished the first request before it answers another
        kept = [len(idle.cycle.body) for idle in list(LimitedHttpProtocol.waiting) if idle.cycle]
        assert kept
        assert not any(kept)


def test_a_slow_body_that_nobody_reads_ends_the_connection() -> None:
    with serving(make_app(), head_s=0.2) as address, connected(address) as connection:
        connection.sendall(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n")
        assert receive(connection).status == 200
        connection.sendall(b"a")
        assert is_closed(connection)


def test_a_client_that_reads_nothing_is_disconnected_and_its_answer_ends() -> None:
    with capture_logs() as logs, serving(make_app(), send_s=0.2) as address, connected(address) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while 'route="/endless"' not in httpx.get(f"{address}/metrics").text:
            time.sleep(0.01)
    assert [log["reasons"] for log in logs if log["event"] == "requests_refused"] == [{"answer_not_read": 1}]
