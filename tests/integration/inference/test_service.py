"""Around the predictions: models, health, metrics, request ids, documentation; and a newly published version."""

import shutil
from pathlib import Path

import httpx

from services.inference.settings import Settings
from shared.contracts.inference import ModelList
from shared.recognition.model_version import (
    list_versions,
    load_network,
    read_current,
    read_manifest,
    set_current,
    write_model_version,
)
from tests.integration.inference.conftest import MODELS, encode, serve, seven

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


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["model"].startswith("cnn/")


async def test_metrics_count_predictions_by_digit(client: httpx.AsyncClient) -> None:
    await client.post("/v1/predict", content=encode(seven()), headers=PNG)
    text = (await client.get("/metrics")).text
    assert 'slate_predictions_total{digit="7",model="cnn/' in text
    assert "slate_preprocess_seconds_count 1.0" in text
    assert 'handler="/v1/predict"' in text


async def test_a_request_id_comes_back(client: httpx.AsyncClient) -> None:
    wanted = "5b2f9c1e-4a0e-4f6e-9d2e-3f5f7f1f0a11"
    answered = await client.get("/healthz", headers={"X-Request-ID": wanted})
    assert answered.headers["x-request-id"] == wanted
    assert (await client.get("/healthz")).headers["x-request-id"]


async def test_openapi_documents_every_form_of_a_drawing(client: httpx.AsyncClient) -> None:
    operation = (await client.get("/openapi.json")).json()["paths"]["/v1/predict"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "image/png",
        "image/jpeg",
        "image/webp",
        "multipart/form-data",
        "application/json",
    }
    assert "application/problem+json" in operation["responses"]["413"]["content"]


async def test_a_newly_published_version_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS, models)
    async for client in serve(Settings(models_dir=models)):
        before = (await client.post("/v1/predict", content=encode(seven()), headers=PNG)).json()
        manifest = read_manifest(models, "cnn", read_current(models, "cnn"))
        newer = manifest.model_copy(update={"version": "2099-01-01.1"})
        write_model_version(models, newer, load_network(models, manifest))
        set_current(models, "cnn", newer.version)
        after = (await client.post("/v1/predict", content=encode(seven()), headers=PNG)).json()
        assert after["model"]["version"] == "2099-01-01.1"
        assert after["probabilities"] == before["probabilities"]
