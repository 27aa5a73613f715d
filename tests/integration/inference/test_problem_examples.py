"""The OpenAPI document's example of a problem is what the service says."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.inference.settings import Settings
from shared.contracts.examples import SEVEN_PIXELS
from shared.contracts.problem import ProblemCode
from shared.web.problem_docs import EXAMPLES
from tests.integration.inference.conftest import MODELS, encode, serve, seven

DRAWING: dict[str, Any] = {"content": encode(seven()), "headers": {"Content-Type": "image/png"}}
REQUESTS: dict[ProblemCode, tuple[str, dict[str, Any]]] = {
    "blank_drawing": ("/v1/predict", {"json": {"pixels": [[0] * 28] * 28}}),
    "invalid_request": ("/v1/predict", {"json": {"pixels": SEVEN_PIXELS[:27]}}),
    "method_not_allowed": ("/v1/models", {}),
    "too_large": ("/v1/predict", DRAWING | {"content": bytes(16 * 1024 * 1024 + 1)}),
    "unknown_model": ("/v1/predict?model=nobody", DRAWING),
    "unreadable_image": ("/v1/predict", DRAWING | {"content": b"no picture"}),
    "unsupported_media_type": ("/v1/predict/batch", DRAWING),
}


def detail(response: httpx.Response, code: ProblemCode) -> str:
    assert response.json()["code"] == code
    return json.loads(response.content)["detail"]


@pytest.mark.parametrize("code", REQUESTS)
async def test_a_problem_has_the_detail_of_its_example(client: httpx.AsyncClient, code: ProblemCode) -> None:
    path, body = REQUESTS[code]
    assert detail(await client.post(path, **body), code) == EXAMPLES[code]


async def test_a_refused_caller_gets_the_detail_of_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_API_KEYS", f"page:{'0' * 64}")
    async for client in serve(Settings(models_dir=MODELS)):
        assert detail(await client.get("/v1/models"), "unauthorised") == EXAMPLES["unauthorised"]
        wrong = await client.get("/v1/models", headers={"X-API-Key": "wrong"})
        assert detail(wrong, "forbidden") == EXAMPLES["forbidden"]


async def test_without_a_model_the_detail_is_that_of_the_example(tmp_path: Path) -> None:
    async for client in serve(Settings(models_dir=tmp_path)):
        assert detail(await client.get("/readyz"), "not_ready") == EXAMPLES["not_ready"]
