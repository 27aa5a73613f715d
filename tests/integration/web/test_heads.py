"""The head of a request: its size, the number of its fields, the time that it may take, and its form."""

import json

import pytest

from tests.integration.web.server import ask, connected, is_closed, make_app, receive, serving

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def test_a_head_up_to_the_limit_is_answered(url: str) -> None:
    assert ask(url, GET + b"A: " + b"a" * 60_000 + b"\r\n\r\n").status == 200


def test_a_longer_header_is_answered_431(url: str) -> None:
    answer = ask(url, GET + b"A: " + b"a" * 70_000 + b"\r\n\r\n")
    assert (answer.status, answer.code) == (431, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"


def test_an_endless_header_is_cut_off(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(GET + b"A: ")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
            for _ in range(10_000):
                connection.sendall(b"a" * 10_000)


def test_an_endless_address_is_answered_431(url: str) -> None:
    assert ask(url, b"GET /" + b"a" * 70_000).status == 431


def test_a_hundred_fields_are_answered_and_one_more_is_refused(url: str) -> None:
    assert ask(url, GET + b"A: a\r\n" * 99 + b"\r\n").status == 200
    assert ask(url, GET + b"A: a\r\n" * 100 + b"\r\n").status == 431


def test_fields_are_counted_over_packets(url: str) -> None:
    assert ask(url, GET, *[b"A: a\r\n" * 40] * 3, b"\r\n").status == 431


def test_the_head_of_a_second_request_is_limited_too(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(GET + b"\r\n")
        assert receive(connection).status == 200
        connection.sendall(GET + b"A: a\r\n" * 100 + b"\r\n")
        assert receive(connection).status == 431


def test_a_pipelined_head_is_limited_too(url: str) -> None:
    """No answer: it would be taken for that of the first request."""
    slow = GET.replace(b"/ ", b"/slow ")
    with connected(url) as connection:
        connection.sendall(slow + b"\r\n" + GET + b"A: a\r\n" * 100 + b"\r\n")
        assert is_closed(connection)


def test_a_malformed_body_is_answered_with_a_problem(url: str) -> None:
    answer = ask(url, b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"no length\r\n")
    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("start", [b"G", b"GET / HT", GET, GET + b"A: a", b"\r\n"], ids=str)
def test_a_connection_without_a_whole_head_is_closed(start: bytes) -> None:
    with serving(make_app(), head_s=0.2) as address, connected(address) as connection:
        connection.sendall(start)
        assert is_closed(connection)


def test_a_connection_that_a_browser_opens_ahead_of_need_stays_open_for_longer_than_a_head_may_take() -> None:
    with serving(make_app(), head_s=0.1) as address, connected(address) as ahead, connected(address) as slow:
        slow.sendall(GET)
        assert is_closed(slow)
        ahead.sendall(GET + b"\r\n")
        assert receive(ahead).status == 200


def test_a_connection_that_is_never_used_is_closed() -> None:
    with serving(make_app(), unused_s=0.2) as address, connected(address) as connection:
        assert is_closed(connection)


def test_a_second_request_without_a_whole_head_is_closed() -> None:
    with serving(make_app(), head_s=0.2) as address, connected(address) as connection:
        connection.sendall(GET + b"\r\n")
        assert receive(connection).status == 200
        connection.sendall(GET)
        assert is_closed(connection)


def test_an_answer_may_take_longer_than_a_head() -> None:
    with serving(make_app(), head_s=0.1) as address:
        assert ask(address, GET.replace(b"/ ", b"/slow ") + b"\r\n").body == b'"late"'


def test_a_head_may_be_cut_anywhere_also_in_its_end(url: str) -> None:
    head, body = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", b"a\r\n\r\nbcde"
    for cut in range(len(head) - 5, len(head) + 1):
        assert ask(url, head[:cut], head[cut:] + body).body == b"9"
    assert ask(url, head[:-2], b"\r", b"\n" + body).body == b"9"
    assert ask(url, head[:-3], b"\n", b"\r", b"\n" + body[:3], body[3:]).body == b"9"


def test_a_head_in_many_packets_is_answered(url: str) -> None:
    whole = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde"
    for size in (1, 2, 7, 30):
        assert ask(url, *[whole[at : at + size] for at in range(0, len(whole), size)]).body == b"5"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET /\r\n\r\n",
        b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"nonsense\r\n\r\n",
        GET + b"no colon\r\n\r\n",
    ],
    ids=str,
)
def test_a_malformed_request_is_answered_with_a_problem(url: str, head: bytes) -> None:
    answer = ask(url, head)
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_http_1_0_needs_no_host(url: str) -> None:
    assert ask(url, b"GET / HTTP/1.0\r\n\r\n").status == 200


ENDLESS = b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_more_connections_than_allowed_are_refused_if_all_of_them_are_answered() -> None:
    with serving(make_app(), connections=2) as address, connected(address) as first, connected(address) as second:
        for connection in (first, second):
            connection.sendall(ENDLESS)
            assert connection.recv(1) == b"H"
        answer = ask(address, b"")
        assert (answer.status, answer.code) == (503, "overloaded")
        assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "sent", [b"", GET, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"], ids=str
)
def test_the_connection_that_sends_nothing_for_longest_makes_room(sent: bytes) -> None:
    with serving(make_app(), connections=2) as address, connected(address) as slow, connected(address) as other:
        slow.sendall(sent)
        other.sendall(GET + b"\r\n")
        assert receive(other).status == 200
        assert ask(address, GET + b"\r\n").status == 200
        assert is_closed(slow)
        other.sendall(GET + b"\r\n")
        assert receive(other).status == 200


def test_endless_trailers_are_cut_off(url: str) -> None:
    chunked = GET.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    with connected(url) as connection:
        connection.sendall(chunked)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
            for _ in range(1_000):
                connection.sendall(b"A: a\r\n" * 1_000)


def test_a_trailer_is_no_header_of_its_request(url: str) -> None:
    chunked = GET + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    answer = ask(url, chunked, b"Upgrade: trailer\r\n\r\n")
    assert (answer.status, json.loads(answer.body)["upgrade"]) == (200, None)
