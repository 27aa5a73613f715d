"""A model of an OpenAI-compatible endpoint, asked over real HTTP: the question, the answer, and every failure."""

import base64
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.inference.settings import Settings
from services.inference.upstream.openai_answer import OpenAiAnswer
from services.inference.upstream.openai_reader import OpenAiReader
from shared.web.problems import ProblemError
from tests.integration.inference.conftest import encode, seven
from tests.integration.inference.openai_server import (
    KEY,
    NAMES,
    OpenAiServer,
    Reply,
    answer,
    completion,
    failure,
    serve_openai,
)

ROOT = Path(__file__).parents[3]
PICTURE = encode(seven(28))
SEVEN = completion(answer({7: 0.9, 1: 0.1}))


@pytest.fixture(scope="module")
def running_server() -> Iterator[OpenAiServer]:
    with serve_openai() as server:
        yield server


@pytest.fixture
def server(running_server: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> OpenAiServer:
    for name in [name for name in os.environ if name.startswith(("INFERENCE_OPENAI_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running_server.replies = [SEVEN]
    running_server.requests.clear()
    return running_server


@asynccontextmanager
async def opened(
    url: str, *, api_key: str | None = KEY, timeout_s: float = 30, max_retries: int = 0
) -> AsyncIterator[OpenAiReader]:
    settings = Settings(openai_base_url=url, openai_api_key=api_key, openai_models="reader,vendor/reader-2")
    reader = OpenAiReader(settings, timeout_s=timeout_s, max_retries=max_retries)
    try:
        yield reader
    finally:
        await reader.close()


async def read(server: OpenAiServer, *replies: Reply, url: str = "", **options: Any) -> OpenAiAnswer:
    server.replies = list(replies) or server.replies
    async with opened(url or server.url, **options) as reader:
        return await reader.read(PICTURE, "image/png", "openai/reader")


async def fail(server: OpenAiServer, *replies: Reply, url: str = "", **options: Any) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        await read(server, *replies, url=url, **options)
    problem = raised.value
    assert problem.detail.startswith("openai/reader ")
    assert problem.detail.endswith("choose another model (GET /v1/models).")
    return problem


async def test_a_picture_is_read(server: OpenAiServer) -> None:
    prediction = await read(server, completion(answer({7: 0.75, 1: 0.25}, digit_score=0.9)))
    assert (prediction.digit, prediction.digit_score) == (7, 0.9)
    assert prediction.probabilities == (0, 0.25, 0, 0, 0, 0, 0, 0.75, 0, 0)


async def test_the_picture_is_sent_unchanged_with_the_key_and_the_model(server: OpenAiServer) -> None:
    async with opened(server.url) as reader:
        await reader.read(PICTURE, "image/webp", "openai/vendor/reader-2")
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "vendor/reader-2"
    system, user = request.body["messages"]
    assert system["role"] == "system"
    (part,) = user["content"]
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/webp;base64"
    assert base64.b64decode(data, validate=True) == PICTURE


async def test_the_schema_is_strict_and_simple_enough_for_every_server(server: OpenAiServer) -> None:
    await read(server)
    response_format = server.requests[0].body["response_format"]
    assert response_format["type"] == "json_schema"
    assert response_format["json_schema"]["strict"] is True
    schema = response_format["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"]) == ["digit_score", *NAMES]
    assert all(set(value) == {"title", "type"} and value["type"] == "number" for value in schema["properties"].values())


@pytest.mark.parametrize(
    "weights", [{3: 97, 8: 3}, {3: 0.4, 8: 0.2}, {3: 1e-9, 8: 1e-10}, dict.fromkeys(range(10), 1 / 3)]
)
async def test_probabilities_are_scaled_to_sum_to_one(server: OpenAiServer, weights: dict[int, float]) -> None:
    prediction = await read(server, completion(answer(weights)))
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-12)
    assert prediction.digit == max(weights, key=weights.get)
    assert prediction.probabilities[3] == pytest.approx(weights[3] / sum(weights.values()))


async def test_whole_numbers_are_accepted(server: OpenAiServer) -> None:
    assert (await read(server, completion(answer({4: 1}, digit_score=1)))).probabilities[4] == 1


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "It is a seven.",
        "```json\n" + answer({7: 1}) + "\n```",
        "[]",
        "{}",
        json.dumps({"digit_score": 1, "seven": 1}),
        answer({7: 1}, ten=0),
        answer({7: 1, 1: -0.1}),
        answer({}),
        answer({7: float("nan")}),
        answer({7: float("inf")}),
        answer({7: 1e308, 1: 1e308}),
        answer({7: 1}, digit_score=1.1),
        answer({7: 1}, digit_score=-0.1),
        answer({7: 1}).replace("1.0", '"1.0"'),
        answer({7: 1}).replace("1.0", "true"),
        answer({7: 1})[:-20],
        "[" * 100_000,
    ],
)
async def test_an_answer_that_breaks_the_schema_is_a_problem(server: OpenAiServer, content: str | None) -> None:
    problem = await fail(server, completion(content))
    assert problem.code == "upstream_failed"
    assert "did not answer with ten probabilities" in problem.detail


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b"[]",
        b"{}",
        b'{"choices": null}',
        b'{"choices": []}',
        b'{"choices": [null]}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": [7]}}]}',
        b'{"error": {"message": "out of memory"}}',
        b"<html>Welcome to nginx</html>",
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("media_type", ["application/json", "text/html; charset=utf-8"])
async def test_a_body_that_is_not_a_completion_is_a_problem(server: OpenAiServer, body: bytes, media_type: str) -> None:
    problem = await fail(server, Reply(body, headers={"content-type": media_type}))
    assert problem.code == "upstream_failed"


async def test_a_completion_with_only_a_message_is_read(server: OpenAiServer) -> None:
    body = json.dumps({"choices": [{"message": {"content": answer({7: 1})}}]})
    assert (await read(server, Reply(body.encode(), headers={"content-type": "text/plain"}))).digit == 7


@pytest.mark.parametrize(
    "reply",
    [completion(None, refusal="I can't help with that."), completion(answer({7: 1}), finish_reason="content_filter")],
)
async def test_a_refusal_is_a_problem(server: OpenAiServer, reply: Reply) -> None:
    problem = await fail(server, reply)
    assert problem.code == "upstream_failed"
    assert "refused to read this picture" in problem.detail


async def test_a_refused_key_is_a_problem_that_does_not_reveal_the_key(
    server: OpenAiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    problem = await fail(server, api_key="sk-wrong-key")
    assert problem.code == "upstream_failed"
    assert "INFERENCE_OPENAI_API_KEY" in problem.detail
    assert problem.__suppress_context__
    assert "sk-wrong-key" not in problem.detail + caplog.text
    assert base64.b64encode(PICTURE).decode()[:40] not in caplog.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Send a smaller one, as PNG or JPEG"),
        (403, "refused Slate's key"),
        (404, "INFERENCE_OPENAI_MODELS"),
        (413, "Send a smaller one"),
        (418, "HTTP 418"),
        (500, "HTTP 500"),
        (503, "Try again in a moment"),
    ],
)
async def test_a_status_becomes_a_sentence(server: OpenAiServer, status: int, words: str) -> None:
    problem = await fail(server, failure(status, message=f"secret of upstream {KEY}"))
    assert problem.code == "upstream_failed"
    assert words in problem.detail
    assert "secret" not in problem.detail


async def test_a_temporary_failure_is_retried(server: OpenAiServer) -> None:
    prediction = await read(
        server, failure(500, retry_after_ms="1"), failure(429, retry_after_ms="1"), SEVEN, max_retries=2
    )
    assert prediction.digit == 7
    assert len(server.requests) == 3
    assert server.requests[0].body == server.requests[2].body


async def test_a_permanent_failure_is_retried_max_retries_times(server: OpenAiServer) -> None:
    assert (await fail(server, failure(500, retry_after_ms="1"), max_retries=3)).code == "upstream_failed"
    assert len(server.requests) == 4


async def test_a_rate_limit_is_a_problem_after_the_retries(server: OpenAiServer) -> None:
    problem = await fail(server, failure(429, retry_after_ms="1", retry_after="3"), max_retries=1)
    assert problem.code == "rate_limited"
    assert problem.headers == {"Retry-After": "3"}
    assert "in 3 s" in problem.detail
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_retry_after_is_not_waited_for(server: OpenAiServer, status: int) -> None:
    started = time.perf_counter()
    await fail(server, failure(status, retry_after="60"), max_retries=2)
    assert time.perf_counter() - started < 5
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60", "60"),
        ("0.2", "1"),
        ("-5", "1"),
        ("1e9", "86400"),
        ("inf", "86400"),
        ("nan", "10"),
        ("", "10"),
        ("soon", "10"),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "10"),
        (formatdate(0, usegmt=True), "1"),
        (formatdate(32_503_680_000, usegmt=True), "86400"),
    ],
)
async def test_every_retry_after_becomes_whole_seconds(server: OpenAiServer, value: str, seconds: str) -> None:
    problem = await fail(server, failure(429, retry_after=value))
    assert problem.headers == {"Retry-After": seconds}


async def test_a_slow_answer_is_a_problem(server: OpenAiServer) -> None:
    problem = await fail(server, Reply(None), timeout_s=0.2)
    assert problem.code == "upstream_timeout"
    assert "within 0.2 s" in problem.detail


async def test_the_timeout_includes_the_retries(server: OpenAiServer) -> None:
    started = time.perf_counter()
    problem = await fail(server, failure(500), timeout_s=0.3, max_retries=10)
    assert problem.code == "upstream_timeout"
    assert time.perf_counter() - started < 5


async def test_the_reader_still_works_after_a_timeout(server: OpenAiServer) -> None:
    async with opened(server.url, timeout_s=5) as reader:
        server.replies = [Reply(None), SEVEN]
        with pytest.raises(ProblemError):
            await reader.read(PICTURE, "image/png", "openai/reader")
        assert (await reader.read(PICTURE, "image/png", "openai/reader")).digit == 7


async def test_an_unreachable_endpoint_is_a_problem(server: OpenAiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    problem = await fail(server, url=nobody)
    assert problem.code == "upstream_failed"
    assert "can't be reached" in problem.detail


@pytest.mark.parametrize(
    "reference", ["openai/other", "openai/", "reader", "cnn", "", "openai/reader/", "OPENAI/reader"]
)
async def test_a_model_that_is_not_offered_is_unknown(server: OpenAiServer, reference: str) -> None:
    async with opened(server.url) as reader:
        with pytest.raises(ProblemError, match="GET /v1/models") as raised:
            await reader.read(PICTURE, "image/png", reference)
    assert raised.value.code == "unknown_model"
    assert server.requests == []


async def test_models_are_listed_under_the_names_that_callers_use(server: OpenAiServer) -> None:
    async with opened(server.url) as reader:
        assert reader.models == ["openai/reader", "openai/vendor/reader-2"]


async def test_without_a_key_there_are_no_models(server: OpenAiServer) -> None:
    async with opened(server.url, api_key=None) as reader:
        assert reader.models == []
        with pytest.raises(ProblemError, match="GET /v1/models") as raised:
            await reader.read(PICTURE, "image/png", "openai/reader")
    assert raised.value.code == "unknown_model"


@pytest.mark.parametrize(("key", "imported"), [("", False), (KEY, True)])
def test_the_package_is_imported_only_with_a_key(key: str, imported: bool) -> None:
    code = (
        "import sys; from services.inference.upstream.openai_reader import OpenAiReader; "
        "from services.inference.settings import Settings; OpenAiReader(Settings()); print('openai' in sys.modules)"
    )
    environment = os.environ | {"INFERENCE_OPENAI_API_KEY": key, "INFERENCE_OPENAI_MODELS": "reader"}
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert process.stdout.decode().strip() == str(imported)


def test_settings_come_from_the_environment(server: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_OPENAI_BASE_URL", "http://gpu:8000/v1")
    monkeypatch.setenv("INFERENCE_OPENAI_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("INFERENCE_OPENAI_MODELS", " reader, vendor/reader-2:latest,")
    settings = Settings()
    assert str(settings.openai_base_url) == "http://gpu:8000/v1"
    assert settings.openai_models == ("reader", "vendor/reader-2:latest")
    assert settings.openai_api_key.get_secret_value() == KEY
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"openai_models": ""}, "INFERENCE_OPENAI_MODELS"),
        ({"openai_models": "two words"}, "openai_models"),
        ({"openai_models": "m" * 65}, "openai_models"),
        ({"openai_api_key": "sk-secret\nsecond"}, "openai_api_key"),
        ({"openai_api_key": "sk-secret-ключ"}, "openai_api_key"),
        ({"openai_api_key": " "}, "openai_api_key"),
        ({"openai_base_url": "gpu:8000"}, "openai_base_url"),
    ],
)
def test_malformed_settings_are_an_error(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint) as raised:
        Settings(**{"openai_api_key": KEY, "openai_models": "reader", **options})
    assert "secret" not in str(raised.value)
