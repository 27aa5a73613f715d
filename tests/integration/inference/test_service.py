"""Everything besides predictions: models, health, metrics, request ids, documentation, newly published versions."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.inference.http.asker import Asker
from services.inference.settings import Settings
from shared.contracts.inference import ModelDetails, ModelList
from shared.recognition.architectures import build_network
from shared.recognition.model_version import (
    GRAPH,
    folder_of,
    list_versions,
    read_current,
    read_manifest,
    set_current,
)
from shared.recognition.weights import load_network
from shared.web.request_id import is_request_id
from tests.integration.inference.conftest import MODELS, encode, serve, seven
from training.publishing.folder import write_model_version

PNG = {"Content-Type": "image/png"}


async def test_models_lists_every_version_with_its_measured_metrics(client: httpx.AsyncClient) -> None:
    models = ModelList.model_validate_json((await client.get("/v1/models")).content)
    current = next(
        model for model in models.models if (model.name, model.version) == (models.default.name, models.default.version)
    )
    assert current.current
    assert current.architecture == "cnn"
    assert current.parameters == 1_199_882
    assert current.metrics["mnist"]["accuracy"] >= 0.994
    assert len(models.models) == len(list_versions(MODELS))


async def test_a_version_is_described_with_the_fields_of_its_manifest(client: httpx.AsyncClient) -> None:
    for name, version in list_versions(MODELS):
        answered = await client.get(f"/v1/models/{name}/{version}")
        details, manifest = ModelDetails.model_validate_json(answered.content), read_manifest(MODELS, name, version)
        assert (details.created_at, details.metrics) == (manifest.created_at, manifest.metrics)
        assert (details.data, details.recipe, details.epochs) == (manifest.data, manifest.recipe, manifest.epochs)
        assert details.current == (version == read_current(MODELS, name))
        assert bool(details.engine) == (name == "cnn")  # only the default model is in memory


@pytest.mark.parametrize("reference", ["nobody/1", "cnn/9", "cnn/.."])
async def test_a_missing_version_is_unknown(client: httpx.AsyncClient, reference: str) -> None:
    answered = await client.get("/v1/models/" + reference.replace("..", "%2E%2E"))
    assert (answered.status_code, answered.json()["code"]) == (404, "unknown_model")


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["model"].startswith("cnn/")


async def test_metrics_count_predictions_by_digit(client: httpx.AsyncClient) -> None:
    await client.post("/v1/predict", content=encode(seven()), headers=PNG)
    text = (await client.get("/metrics")).text
    assert 'slate_predictions_total{digit="7",model="cnn/' in text
    assert "slate_decode_seconds_count 1.0" in text
    assert "slate_batch_images_sum 1.0" in text
    assert 'slate_work_waiting{lane="short_lane"} 0.0' in text
    assert 'slate_http_request_seconds_count{method="POST",route="/v1/predict",status="200"} 1.0' in text


async def test_only_a_drawing_of_the_short_lane_counts_for_the_alert_of_slow_answers(
    fresh_client: httpx.AsyncClient,
) -> None:
    photograph = encode(seven(3000))
    await fresh_client.post("/v1/predict", content=photograph, headers=PNG)
    assert "slate_short_lane_seconds_count 0.0" in (await fresh_client.get("/metrics")).text
    await fresh_client.post("/v1/predict", content=encode(seven()), headers=PNG)
    assert "slate_short_lane_seconds_count 1.0" in (await fresh_client.get("/metrics")).text


async def test_failed_requests_are_counted_by_route_and_status(client: httpx.AsyncClient) -> None:
    await client.post("/v1/predict", content=b"?", headers=PNG)
    await client.get("/v1/nothing")
    text = (await client.get("/metrics")).text
    assert 'slate_http_request_seconds_count{method="POST",route="/v1/predict",status="422"} 1.0' in text
    assert 'slate_http_request_seconds_count{method="GET",route="none",status="404"} 1.0' in text
    assert "/metrics" not in text


@pytest.mark.parametrize("wanted", ["5b2f9c1e-4a0e-4f6e-9d2e-3f5f7f1f0a11", "run_7.retry-2", "a" * 64])
async def test_a_request_id_comes_back_in_the_header_and_in_a_problem(client: httpx.AsyncClient, wanted: str) -> None:
    answered = await client.get("/v1/nothing", headers={"X-Request-ID": wanted})
    assert answered.headers["x-request-id"] == wanted
    assert answered.json()["request_id"] == wanted


@pytest.mark.parametrize("unsafe", ["", "a b", "a" * 65, 'x"y', "é".encode()])
async def test_a_request_id_that_is_not_well_formed_is_replaced(client: httpx.AsyncClient, unsafe: str | bytes) -> None:
    answered = await client.get("/v1/nothing", headers=[("X-Request-ID", unsafe)])  # type: ignore[list-item]
    given = answered.headers["x-request-id"]
    assert is_request_id(given)
    assert given != unsafe
    assert answered.json()["request_id"] == given


async def test_a_fault_in_the_service_has_the_request_id_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Asker, "predict", fail)
    answered = await client.post("/v1/predict", content=encode(seven()), headers=PNG | {"X-Request-ID": "this-one"})
    assert (answered.status_code, answered.json()["request_id"]) == (500, "this-one")
    assert answered.headers["x-request-id"] == "this-one"


async def test_openapi_documents_every_form_of_a_drawing(client: httpx.AsyncClient) -> None:
    operation = (await client.get("/openapi.json")).json()["paths"]["/v1/predict"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "image/png",
        "image/jpeg",
        "image/webp",
        "application/octet-stream",
        "multipart/form-data",
        "application/json",
    }
    assert "application/problem+json" in operation["responses"]["413"]["content"]


async def test_a_newly_published_version_is_used_without_a_restart(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS, models)
    async for client in serve(Settings(models_dir=models)):
        before = await read_seven(client)
        manifest = read_manifest(models, "cnn", read_current(models, "cnn"))
        newer = manifest.model_copy(update={"version": "2099-01-01.1"})
        write_model_version(
            models,
            newer,
            load_network(models, manifest),
            (folder_of(models, "cnn", manifest.version) / GRAPH).read_bytes(),
        )
        set_current(models, "cnn", newer.version)
        async with asyncio.timeout(30):
            while (after := await read_seven(client))["model"] == before["model"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert after["model"]["version"] == "2099-01-01.1"
        assert after["probabilities"] == before["probabilities"]


async def test_a_broken_version_is_reported_and_the_previous_one_still_answers(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS, models)
    async for client in serve(Settings(models_dir=models)):
        before = await read_seven(client)
        broken = read_manifest(models, "cnn", read_current(models, "cnn")).model_copy(
            update={"version": "2099-01-01.1"}
        )
        write_model_version(models, broken, build_network("mlp"), b"no graph")
        set_current(models, "cnn", broken.version)
        async with asyncio.timeout(30):
            while not (refused := await list_refused(client)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert [(each["name"], each["version"]) for each in refused] == [("cnn", "2099-01-01.1")]
        assert refused[0]["reason"]
        assert (await read_seven(client))["model"] == before["model"]


async def read_seven(client: httpx.AsyncClient) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/v1/predict", content=encode(seven()), headers=PNG)).json()
    return answer


async def list_refused(client: httpx.AsyncClient) -> list[dict[str, str]]:
    refused: list[dict[str, str]] = (await client.get("/v1/models")).json()["refused"]
    return refused
