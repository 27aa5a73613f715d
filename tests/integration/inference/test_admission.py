"""A service that is full refuses drawings with 503 `overloaded`, answers everything else, and keeps its connections."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from services.inference.app import create_app
from services.inference.bounds import Bounds
from services.inference.settings import Settings
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS, encode, seven

DRAWING = encode(seven())
PNG = "Content-Type: image/png"
OVERLOADED = {
    "type": "urn:slate:problem:overloaded",
    "title": "Service Unavailable",
    "status": 503,
    "code": "overloaded",
    "detail": "Too many requests are waiting for an answer. Try again in a moment.",
}


def request(*fields: str, path: str = "/v1/predict", body: bytes = DRAWING) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", *fields, f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A service that accepts one request at a time."""
    with listening(create_app(Settings(models_dir=MODELS), Bounds(max_in_progress=1))) as address:
        yield address


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        yield connection


@pytest.fixture
def held(url: str) -> Iterator[socket.socket]:
    """A request whose last bytes are missing: the service is full until they arrive."""
    with connected(url) as connection:
        connection.sendall(request(PNG)[:-9])
        while "slate_requests_in_hand 1.0" not in httpx.get(f"{url}/metrics").text:
            pass
        yield connection


def let_go(held: socket.socket) -> int:
    held.sendall(DRAWING[-9:])
    return receive(held)[0]


def receive(connection: socket.socket) -> tuple[int, http.client.HTTPMessage, bytes]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.headers, response.read()


def count_refused(url: str) -> float:
    found = re.search(r"^slate_requests_refused_total (\S+)$", httpx.get(f"{url}/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


def expect_refused(connection: socket.socket) -> http.client.HTTPMessage:
    status, headers, body = receive(connection)
    assert status == 503
    assert Problem.model_validate_json(body).model_dump(mode="json", exclude_none=True) == OVERLOADED
    assert headers["content-type"] == "application/problem+json"
    assert headers["retry-after"] == "1"
    assert headers["date"]
    return headers


def test_a_refused_connection_answers_its_next_request(url: str, held: socket.socket) -> None:
    before = count_refused(url)
    with connected(url) as other:
        for path in ("/v1/predict", "/v1/predict?model=cnn", "/v1/explain", "/v1/read", "/v1/predict/batch"):
            other.sendall(request(PNG, path=path))
            expect_refused(other)
        assert count_refused(url) == before + 5
        assert let_go(held) == 200
        other.sendall(request(PNG))
        assert receive(other)[0] == 200


def test_a_refusal_has_the_request_id_that_was_sent_or_a_new_one(url: str, held: socket.socket) -> None:
    given = str(uuid4())
    with connected(url) as other:
        other.sendall(request(PNG, f"X-Request-ID: {given}"))
        assert expect_refused(other)["x-request-id"] == given
        other.sendall(request(PNG, "X-Request-ID: no id"))
        ids = [expect_refused(other)["x-request-id"]]
        other.sendall(request(PNG))
        ids.append(expect_refused(other)["x-request-id"])
    assert len({*ids, "no id"}) == 3
    assert let_go(held) == 200


@pytest.mark.parametrize("first", [10, 60, 400])
def test_a_request_that_arrives_in_pieces_is_refused_too(url: str, held: socket.socket, first: int) -> None:
    whole = request(PNG)
    with connected(url) as other:
        other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        other.sendall(whole[:first])
        assert httpx.get(f"{url}/healthz").is_success  # now the first piece has arrived
        other.sendall(whole[first:])
        expect_refused(other)
    assert let_go(held) == 200


def test_the_rest_of_a_refused_body_is_not_taken_for_a_request(url: str, held: socket.socket) -> None:
    before, inner = count_refused(url), request(PNG)
    with connected(url) as other:
        other.sendall(request(PNG, body=inner)[: -len(inner)])
        expect_refused(other)
        other.sendall(inner)
        assert httpx.get(f"{url}/healthz").is_success
        other.sendall(request(PNG))
        expect_refused(other)
    assert count_refused(url) == before + 2
    assert let_go(held) == 200


def test_a_full_service_answers_health_probes(url: str, held: socket.socket) -> None:
    assert httpx.get(f"{url}/readyz").is_success
    assert let_go(held) == 200
