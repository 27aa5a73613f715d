"""What each method of the inference client sends to the service, and what it returns to the caller."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import JSONResponse

from shared.clients.inference import InferenceClient
from shared.contracts.inference import Explanation, Prediction
from shared.contracts.inside import Inside
from shared.contracts.problem import Problem
from tests.integration.clients.stand_in import PREDICTION, StandIn
from tests.unit.clients.fake_clock import FakeClock
from tests.unit.clients.page_readings import a_reading, a_table

PIXELS = [[row + column for column in range(28)] for row in range(28)]
PROBLEM = {"type": "x", "title": "x", "status": 422, "code": "blank_drawing", "detail": "Draw something."}
BATCH = JSONResponse({"predictions": [PREDICTION, PROBLEM]})
DETAILS = {
    "name": "cnn",
    "version": "1",
    "current": True,
    "created_at": "2026-11-21T12:00:00Z",
    "architecture": "cnn",
    "parameters": 7,
    "digit_score_threshold": 0.5,
    "metrics": {},
    "engine": None,
    "temperature": 1.5,
    "data": {},
    "recipe": {"seed": 1},
    "libraries": {},
    "epochs": [{"epoch": 0, "validation/loss": 0.5}],
}
EXPLANATION = JSONResponse({**PREDICTION, "saliency": [[0.5] * 28] * 28})


@pytest.fixture
def client(url: str, clock: FakeClock) -> Iterator[InferenceClient]:
    with InferenceClient(url, clock=clock) as client:
        yield client


def test_a_picture_is_sent_unchanged(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse(PREDICTION))
    prediction = client.predict(b"\xff\xd8 a photograph", "image/jpeg", model="lenet5/1")
    assert prediction == Prediction.model_validate(PREDICTION)
    (asked,) = stand_in.asked
    assert asked.line == "POST /v1/predict?model=lenet5%2F1"
    assert (asked.headers["content-type"], asked.body) == ("image/jpeg", b"\xff\xd8 a photograph")


def test_a_page_is_answered_with_its_numbers_and_tables(client: InferenceClient, stand_in: StandIn) -> None:
    reading = a_reading("19,95 3", tables=(a_table([[0], [1]], texts=[["19,95", "3"]]),), rotation=270)
    stand_in.will_answer(JSONResponse(reading.model_dump(mode="json")))
    assert client.read(b"\xff\xd8 a photograph", "image/jpeg") == reading
    assert stand_in.asked[0].line == "POST /v1/read"


def test_no_model_is_sent_if_none_is_named(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse(PREDICTION))
    client.predict(b"\x89PNG")
    assert stand_in.asked[0].line == "POST /v1/predict"
    assert stand_in.asked[0].headers["content-type"] == "image/png"


def test_pixels_are_sent_as_json(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse({key: value for key, value in PREDICTION.items() if key != "image"}))
    assert client.predict_pixels([tuple(row) for row in PIXELS]).image is None
    assert stand_in.asked[0].headers["content-type"] == "application/json"
    assert json.loads(stand_in.asked[0].body) == {"pixels": PIXELS}


@pytest.mark.parametrize(
    "rows", [[], PIXELS[1:], [[256] * 28] * 28, [[-1] * 28] * 28, [[0.5] * 28] * 28, [["7"] * 28] * 28]
)
def test_pixels_of_a_wrong_form_are_not_sent(client: InferenceClient, stand_in: StandIn, rows: Any) -> None:
    with pytest.raises(ValueError, match="pixels"):
        client.predict_pixels(rows)
    assert stand_in.asked == []


def test_several_pictures_are_sent_as_files_in_order(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(BATCH)
    client.predict_batch([b"\x89PNG one", b"\xff\xd8 two"], model="cnn")
    assert stand_in.asked[0].line == "POST /v1/predict/batch?model=cnn"
    assert stand_in.asked[0].files == [("files", b"\x89PNG one"), ("files", b"\xff\xd8 two")]


def test_pixels_of_many_images_are_sent_as_bytes(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(BATCH)
    client.predict_batch(bytes(2 * 784))
    assert stand_in.asked[0].line == "POST /v1/predict/batch"
    assert stand_in.asked[0].headers["content-type"] == "application/octet-stream"
    assert stand_in.asked[0].body == bytes(2 * 784)


def test_each_entry_of_a_batch_is_a_prediction_or_a_problem(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(BATCH)
    read, refused = client.predict_batch([b"a drawing", b"blank paper"]).predictions
    assert isinstance(read, Prediction)
    assert isinstance(refused, Problem)
    assert (read.digit, refused.code) == (7, "blank_drawing")


@pytest.mark.parametrize("images", [[], b""])
def test_an_empty_batch_is_not_sent(client: InferenceClient, stand_in: StandIn, images: list[bytes] | bytes) -> None:
    with pytest.raises(ValueError, match="at least one"):
        client.predict_batch(images)
    assert stand_in.asked == []


def test_an_explanation_is_a_prediction_with_a_map(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(EXPLANATION, EXPLANATION)
    explanation = client.explain(b"RIFF", "image/webp", model="cnn")
    assert isinstance(explanation, Explanation)
    assert (explanation.digit, explanation.saliency[27][27]) == (7, 0.5)
    assert client.explain_pixels(PIXELS) == explanation
    picture, pixels = stand_in.asked
    assert (picture.line, picture.headers["content-type"]) == ("POST /v1/explain?model=cnn", "image/webp")
    assert (pixels.line, json.loads(pixels.body)) == ("POST /v1/explain", {"pixels": PIXELS})


def test_every_layer_is_asked_for_with_a_picture_or_pixels(client: InferenceClient, stand_in: StandIn) -> None:
    example = Inside.model_json_schema()["examples"][0]
    stand_in.will_answer(JSONResponse(example), JSONResponse(example))
    inside = client.look_inside(b"RIFF", "image/webp", model="cnn")
    assert [layer.kind for layer in inside.layers] == ["convolution", "dense", "outputs"]
    assert client.look_inside_pixels(PIXELS) == inside
    picture, pixels = stand_in.asked
    assert (picture.line, picture.headers["content-type"]) == ("POST /v1/inside?model=cnn", "image/webp")
    assert (pixels.line, json.loads(pixels.body)) == ("POST /v1/inside", {"pixels": PIXELS})


def test_the_models_are_listed(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse({"default": {"name": "cnn", "version": "1"}, "models": [], "others": ["gpt"]}))
    models = client.list_models()
    assert (str(models.default), models.models, models.others) == ("cnn/1", [], ["gpt"])
    assert stand_in.asked[0].line == "GET /v1/models"


def test_one_model_version_is_described(client: InferenceClient, stand_in: StandIn) -> None:
    stand_in.will_answer(JSONResponse(DETAILS))
    assert client.get_model("cnn", "1").epochs == [{"epoch": 0, "validation/loss": 0.5}]
    assert stand_in.asked[0].line == "GET /v1/models/cnn/1"
