"""POST /v1/explain: a prediction with its saliency."""

import base64
import io
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from services.inference.bounds import Bounds
from services.inference.settings import Settings
from shared.contracts.inference import Explanation
from tests.integration.inference.conftest import MODELS, encode, serve, seven

PNG = {"Content-Type": "image/png"}


async def test_the_parts_that_speak_for_the_digit_lie_on_its_strokes(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/explain", content=encode(seven()), headers=PNG)
    explanation = Explanation.model_validate_json(response.content)
    saliency = np.array(explanation.saliency)
    assert explanation.digit == 7
    assert explanation.image is not None
    ink = np.asarray(Image.open(io.BytesIO(base64.b64decode(explanation.image)))) > 128
    assert saliency.shape == (28, 28)
    assert np.abs(saliency).max() == 1
    assert np.abs(saliency[ink]).mean() > 2 * np.abs(saliency[~ink]).mean()
    assert saliency[ink].mean() > 0
    assert not saliency[:2].any()  # covering black pixels changes nothing


async def test_an_explanation_does_not_change_the_prediction(client: httpx.AsyncClient) -> None:
    plain = (await client.post("/v1/predict", content=encode(seven()), headers=PNG)).json()
    explained = (await client.post("/v1/explain", content=encode(seven()), headers=PNG)).json()
    assert explained["probabilities"] == plain["probabilities"]
    assert "saliency" not in plain


async def test_a_blank_drawing_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/explain", content=encode(Image.new("L", (50, 50), 255)), headers=PNG)
    assert (response.status_code, response.json()["code"]) == (422, "blank_drawing")


async def test_a_prediction_is_answered_also_if_its_explanation_fails(tmp_path: Path) -> None:
    model = tmp_path / "cnn"
    model.symlink_to(MODELS / "cnn")
    patient = Bounds(explain_patience_s=600)
    async for client in serve(Settings(models_dir=tmp_path, default_model="cnn"), patient):
        model.unlink()  # the service has loaded it, but its worker process has not
        response = await client.post("/v1/predict?explain=true", content=encode(seven()), headers=PNG)
        assert (response.status_code, response.json().get("saliency", "missing")) == (200, None)
        assert (await client.post("/v1/explain", content=encode(seven()), headers=PNG)).status_code == 503
