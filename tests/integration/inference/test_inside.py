"""POST /v1/inside: a prediction with what each layer makes of the image, and what would change the answer."""

import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from services.inference.http.dependencies import Service
from shared.contracts.examples import SEVEN_PIXELS
from shared.contracts.inside import ConvolutionLayer, Inside
from tests.integration.inference.conftest import encode, seven

PNG = {"Content-Type": "image/png"}


async def test_the_layers_lead_to_the_answer(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/inside", content=encode(seven()), headers=PNG)
    inside = Inside.model_validate_json(response.content)
    plain = (await client.post("/v1/predict", content=encode(seven()), headers=PNG)).json()
    assert inside.probabilities == plain["probabilities"]
    assert [layer.name for layer in inside.layers] == ["conv1", "conv2", "fc1", "fc2"]
    first, second = inside.layers[:2]
    assert isinstance(first, ConvolutionLayer)
    assert isinstance(second, ConvolutionLayer)
    assert (len(first.maps), len(second.maps)) == (32, 64)
    assert np.argmax(inside.layers[-1].logits) == inside.digit == 7
    assert np.abs(inside.saliency).max() == 1


async def test_the_changed_image_is_answered_with_the_second_digit(client: httpx.AsyncClient) -> None:
    inside = Inside.model_validate_json((await client.post("/v1/inside", json={"pixels": SEVEN_PIXELS})).content)
    assert inside.change is not None
    changed = np.asarray(Image.open(io.BytesIO(base64.b64decode(inside.change.image))))
    answer = (await client.post("/v1/predict", json={"pixels": changed.tolist()})).json()
    assert answer["digit"] == inside.change.digit == inside.second
    assert answer["confidence"] == pytest.approx(inside.change.confidence, abs=1e-3)


@pytest.mark.parametrize(
    ("model", "status", "code"),
    [
        ("lenet5", 200, None),
        ("best", 422, "invalid_request"),
        ("vit", 422, "invalid_request"),
        ("openai/gpt", 422, "invalid_request"),
        ("nobody", 404, "unknown_model"),
    ],
)
async def test_a_model_that_can_not_be_looked_into_is_a_problem(
    client: httpx.AsyncClient, model: str, status: int, code: str | None
) -> None:
    response = await client.post(f"/v1/inside?model={model}", content=encode(seven()), headers=PNG)
    assert (response.status_code, response.json().get("code")) == (status, code)
    if code == "invalid_request":
        assert "can't be looked into" in response.json()["detail"]


async def test_a_blank_drawing_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/inside", content=encode(Image.new("L", (50, 50), 255)), headers=PNG)
    assert (response.status_code, response.json()["code"]) == (422, "blank_drawing")


async def test_a_full_long_lane_refuses_to_look_inside(client: httpx.AsyncClient) -> None:
    service: Service = client._transport.app.state.service
    load = service.long_lane.load
    load.seconds_per_unit = 1.0
    load.add("somebody", 1000)
    response = await client.post("/v1/inside", content=encode(seven()), headers=PNG)
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    load.remove("somebody", 1000)
