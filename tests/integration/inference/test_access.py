"""API keys, rate limits, CORS and upstream models, tested through the whole app."""

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import ValidationError

from services.inference.settings import Settings
from shared.contracts.inference import Prediction
from tests.integration.inference.conftest import MODELS, encode, serve, seven
from tests.integration.inference.openai_server import KEY, answer, completion, serve_openai

PNG = {"Content-Type": "image/png"}
SECRET = "a-secret"


async def app_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> AsyncIterator[httpx.AsyncClient]:
    for name, value in environment.items():
        monkeypatch.setenv(f"INFERENCE_{name}", value)
    async for client in serve(Settings(models_dir=MODELS)):
        yield client


async def predict(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.post("/v1/predict", content=encode(seven()), headers=PNG | headers)


async def test_with_keys_set_only_callers_with_a_key_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    async for client in app_with(monkeypatch, API_KEYS=f"page:{digest}"):
        without, wrong = await predict(client), await predict(client, Authorization="Bearer another")
        assert (without.status_code, without.json()["code"]) == (401, "unauthorised")
        assert without.headers["www-authenticate"] == "Bearer"
        assert (wrong.status_code, wrong.json()["code"]) == (403, "forbidden")
        assert (await predict(client, Authorization=f"Bearer {SECRET}")).status_code == 200
        assert (await client.get("/v1/models")).status_code == 401
        assert (await client.get("/readyz")).status_code == 200


async def test_a_caller_over_the_rate_limit_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async for client in app_with(monkeypatch, RATE_LIMIT="2/hour"):
        answers = [await predict(client) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["code"] == "rate_limited"
        assert int(answers[2].headers["retry-after"]) > 0


async def test_only_web_pages_of_the_listed_origins_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async for client in app_with(monkeypatch, CORS_ORIGINS="https://school.example, https://lab.example"):
        asked = await predict(client, Origin="https://lab.example")
        assert asked.headers["access-control-allow-origin"] == "https://lab.example"
        assert "access-control-allow-origin" not in (await predict(client, Origin="https://other.example")).headers
        question = {"Origin": "https://lab.example", "Access-Control-Request-Method": "POST"}
        allowed = await client.options("/v1/predict", headers=question)
        assert (allowed.status_code, allowed.headers["access-control-allow-methods"]) == (200, "GET, POST")


async def test_a_web_page_may_send_its_key_but_never_a_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    async for client in app_with(monkeypatch, CORS_ORIGINS="*"):
        question = {
            "Origin": "https://lab.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, x-api-key",
        }
        allowed = await client.options("/v1/predict", headers=question)
        assert allowed.status_code == 200
        answered = await predict(client, Origin="https://lab.example", Cookie="slate=1")
        assert answered.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in {**allowed.headers, **answered.headers}


async def test_a_refusal_reaches_the_web_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async for client in app_with(monkeypatch, CORS_ORIGINS="https://lab.example", RATE_LIMIT="1/hour"):
        await predict(client, Origin="https://lab.example")
        refused = await predict(client, Origin="https://lab.example")
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (429, "https://lab.example")
        assert "Retry-After" in refused.headers["access-control-expose-headers"]


def test_origins_are_compared_as_browsers_write_them() -> None:
    written = ("https://Lab.example:443/", "http://localhost:8080", "http://[::1]:80", "*")
    settings = Settings(cors_origins=written)
    assert settings.cors_origins == ("https://lab.example", "http://localhost:8080", "http://[::1]", "*")


@pytest.mark.parametrize("origin", ["lab.example", "https://lab.example/page", "https://", "null"])
def test_an_address_that_is_no_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(ValidationError, match="origins without a path"):
        Settings(cors_origins=(origin,))


async def test_without_origins_no_web_page_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async for client in app_with(monkeypatch):
        assert "access-control-allow-origin" not in (await predict(client, Origin="https://lab.example")).headers


async def test_an_upstream_model_answers_with_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_openai() as server:
        server.replies = [completion(answer({7: 0.9, 1: 0.1}, 0.8))]
        settings = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "OPENAI_MODELS": "reader-2"}
        async for client in app_with(monkeypatch, **settings):
            assert (await client.get("/v1/models")).json()["others"] == ["openai/reader-2"]
            drawing = encode(seven())
            response = await client.post(
                "/v1/predict", params={"model": "openai/reader-2"}, files={"file": ("a.png", drawing)}
            )
            prediction = Prediction.model_validate_json(response.content)
            assert (prediction.digit, prediction.digit_score) == (7, 0.8)
            assert str(prediction.model) == "openai/reader-2"
            assert prediction.image is not None
            blank = await client.post("/v1/predict", params={"model": "openai/reader-2"}, content=b"?", headers=PNG)
            assert blank.json()["code"] == "unreadable_image"
            assert len(server.requests) == 1  # a picture that can't be read is not sent


async def test_an_upstream_model_is_unknown_without_its_settings(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/predict", params={"model": "openai/reader-2"}, content=encode(seven()), headers=PNG
    )
    assert (response.status_code, response.json()["code"]) == (404, "unknown_model")
