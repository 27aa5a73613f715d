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
from fastapi import FastAPI

from services.inference.app import create_app
from services.inference.bounds import Bounds
from services.inference.lanes.load import Load
from services.inference.settings import Settings
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS, encode, seven

DRAWING = encode(seven())
PNG = "Content-Type: image/png"


def request(*fields: str, path: str = "/v1/predict", body: bytes = DRAWING) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", *fields, f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(models_dir=MODELS), Bounds(explain_patience_s=60.0))


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with listening(app) as address:
        yield address


@contextmanager
def full(load: Load, caller: str = "somebody else", times: float = 100) -> Iterator[None]:
    """Let so much work wait in a lane that the expected wait is so many times the longest accepted one."""
    load.add(caller, 1000)
    load.seconds_per_unit = times * load.max_wait_s / 1000
    yield
    load.seconds_per_unit = 0
    load.remove(caller, 1000)


@pytest.fixture
def full_lanes(app: FastAPI, url: str) -> Iterator[None]:
    """Both lanes are so full that everybody is refused."""
    with full(app.state.service.short_lane.load), full(app.state.service.long_lane.load):
        yield


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        yield connection


def receive(connection: socket.socket) -> tuple[int, http.client.HTTPMessage, bytes]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.headers, response.read()


def count_refused(url: str) -> float:
    found = re.findall(r"^slate_requests_refused_total{.*} (\S+)$", httpx.get(f"{url}/metrics").text, re.MULTILINE)
    return sum(map(float, found))


PATHS = (
    *("/v1/predict", "/v1/predict?model=cnn", "/v1/explain", "/v1/inside", "/v1/read", "/v1/predict/batch"),
    *("/v2/models/cnn/infer", "/v2/models/cnn/versions/1/infer"),
)


def expect_refused(connection: socket.socket) -> http.client.HTTPMessage:
    status, headers, body = receive(connection)
    assert status == 503
    problem = Problem.model_validate_json(body)
    assert (problem.status, problem.code) == (503, "overloaded")
    assert headers["content-type"] == "application/problem+json"
    assert headers["retry-after"] == "1"
    assert headers["date"]
    return headers


def test_a_refused_connection_answers_its_next_request(app: FastAPI, url: str) -> None:
    before = count_refused(url)
    with connected(url) as other:
        with full(app.state.service.short_lane.load), full(app.state.service.long_lane.load):
            for path in PATHS:
                other.sendall(request(PNG, path=path))
                expect_refused(other)
        assert count_refused(url) == before + len(PATHS)
        other.sendall(request(PNG))
        assert receive(other)[0] == 200


@pytest.mark.usefixtures("full_lanes")
def test_a_refusal_has_the_request_id_that_was_sent_or_a_new_one(url: str) -> None:
    given = str(uuid4())
    with connected(url) as other:
        other.sendall(request(PNG, f"X-Request-ID: {given}"))
        assert expect_refused(other)["x-request-id"] == given
        other.sendall(request(PNG, "X-Request-ID: no id"))
        ids = [expect_refused(other)["x-request-id"]]
        other.sendall(request(PNG))
        ids.append(expect_refused(other)["x-request-id"])
    assert len({*ids, "no id"}) == 3


@pytest.mark.usefixtures("full_lanes")
def test_the_rest_of_a_refused_body_is_not_taken_for_a_request(url: str) -> None:
    before, inner = count_refused(url), request(PNG)
    with connected(url) as other:
        other.sendall(request(PNG, body=inner)[: -len(inner)])
        expect_refused(other)
        other.sendall(inner)
        assert httpx.get(f"{url}/healthz").is_success
        other.sendall(request(PNG))
        expect_refused(other)
    assert count_refused(url) == before + 2


@pytest.mark.usefixtures("full_lanes")
def test_a_full_service_answers_health_probes_and_lists_its_models(url: str) -> None:
    assert httpx.get(f"{url}/readyz").is_success
    assert httpx.get(f"{url}/v1/models").is_success


def test_a_full_long_lane_does_not_refuse_small_drawings(app: FastAPI, url: str) -> None:
    with full(app.state.service.long_lane.load):
        assert post(url, "/v1/predict").status_code == 200
        assert post(url, "/v1/read").status_code == 503
        large = encode(seven(3000))
        assert post(url, "/v1/predict", large).json()["code"] == "overloaded"


def test_a_caller_below_its_share_is_not_refused(app: FastAPI, url: str) -> None:
    with full(app.state.service.short_lane.load, times=2):
        assert post(url, "/v1/predict").status_code == 200
    with full(app.state.service.short_lane.load, caller="127.0.0.1", times=2):
        assert post(url, "/v1/predict").status_code == 503


def test_a_prediction_comes_without_its_explanation_when_the_service_is_busy(app: FastAPI, url: str) -> None:
    assert post(url, "/v1/predict?explain=true").json()["saliency"]
    with full(app.state.service.long_lane.load):
        answer = post(url, "/v1/predict?explain=true").json()
    assert answer["digit"] == 7
    assert answer["saliency"] is None


def test_refusals_are_counted_by_reason(app: FastAPI, url: str) -> None:
    with full(app.state.service.long_lane.load):
        post(url, "/v1/read")
    assert 'slate_requests_refused_total{reason="long_lane"}' in httpx.get(f"{url}/metrics").text


def post(url: str, path: str, body: bytes = DRAWING) -> httpx.Response:
    return httpx.post(f"{url}{path}", content=body, headers={"Content-Type": "image/png"}, timeout=30)
