"""The client with the real inference service, over TCP, with the shipped models."""

import base64
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from services.inference.app import create_app
from services.inference.bounds import Bounds
from services.inference.settings import Settings
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from shared.contracts.problem import Problem
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS, encode, seven
from tests.unit.recognition.written_page import as_png, write_rows

BLANK = encode(Image.new("L", (280, 280), 255))


class HastyClock:
    """Waits a hundredth of the time it is asked to. That is enough here, because only this test loads the service."""

    waited = False

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float, /) -> None:
        self.waited = True
        time.sleep(seconds / 100)


@pytest.fixture(scope="module")
def client() -> Iterator[InferenceClient]:
    with listening(create_app(Settings(models_dir=MODELS))) as address, InferenceClient(address) as client:
        yield client


def rows_of(prediction: Prediction) -> list[list[int]]:
    """The 28 rows of the image that the model saw."""
    assert prediction.image
    image = Image.open(io.BytesIO(base64.b64decode(prediction.image)))
    return [[int(value) for value in image.tobytes()[28 * row : 28 * (row + 1)]] for row in range(28)]


def test_the_service_is_ready_and_lists_its_models(client: InferenceClient) -> None:
    assert client.is_ready()
    models = client.list_models()
    assert str(models.default) in {f"{model.name}/{model.version}" for model in models.models}


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_read(client: InferenceClient, file_format: str) -> None:
    assert client.predict(encode(seven(), file_format), f"image/{file_format.lower()}").digit == 7


def test_a_page_is_read_digit_by_digit(client: InferenceClient) -> None:
    reading = client.read(as_png(write_rows(["2026"])[0]))
    assert [digit.prediction.digit for digit in reading.digits] == [2, 0, 2, 6]
    assert [number.text for number in reading.numbers] == ["2026"]
    assert [line.text for line in reading.lines] == ["2026"]


def test_pixels_are_read_as_the_picture_they_came_from(client: InferenceClient) -> None:
    of_picture = client.predict(encode(seven()))
    of_pixels = client.predict_pixels(rows_of(of_picture))
    assert of_pixels.probabilities == pytest.approx(of_picture.probabilities, abs=1e-5)


def test_another_model_can_be_chosen(client: InferenceClient) -> None:
    assert client.predict(encode(seven()), model="lenet5").model.name == "lenet5"


def test_a_refusal_says_whether_the_drawing_or_the_model_is_the_reason(client: InferenceClient) -> None:
    with pytest.raises(RefusedError) as blank:
        client.predict(BLANK)
    with pytest.raises(RefusedError) as unknown:
        client.predict(encode(seven()), model="nothing")
    assert (blank.value.problem.code, unknown.value.problem.code) == ("blank_drawing", "unknown_model")


def test_a_batch_has_one_entry_for_each_picture(client: InferenceClient) -> None:
    read, blank, again = client.predict_batch([encode(seven()), BLANK, encode(seven(), "JPEG")]).predictions
    assert isinstance(read, Prediction)
    assert isinstance(blank, Problem)
    assert isinstance(again, Prediction)
    assert (read.digit, blank.code, again.digit) == (7, "blank_drawing", 7)


def test_a_batch_of_pixels_is_read(client: InferenceClient) -> None:
    image = bytes(value for row in rows_of(client.predict(encode(seven()))) for value in row)
    predictions = client.predict_batch(300 * image).predictions
    assert [prediction.digit for prediction in predictions if isinstance(prediction, Prediction)] == [7] * 300


def test_an_explanation_explains_the_same_digit(client: InferenceClient) -> None:
    explanation = client.explain(encode(seven()))
    assert explanation.digit == 7
    assert [len(row) for row in explanation.saliency] == [28] * 28
    assert client.explain_pixels(rows_of(explanation)).digit == 7


def test_every_client_of_an_overloaded_service_is_answered_in_the_end() -> None:
    app, clock = create_app(Settings(models_dir=MODELS, max_wait_s=1e-9), Bounds(free_units=0)), HastyClock()
    with (
        listening(app) as address,
        InferenceClient(address, clock=clock) as client,
        ThreadPoolExecutor(12) as crowd,
    ):
        answers = list(crowd.map(client.predict, [encode(seven())] * 60))
    assert [answer.digit for answer in answers] == [7] * 60
    assert clock.waited


def test_a_service_without_a_model_is_unavailable(tmp_path: Path) -> None:
    with (
        listening(create_app(Settings(models_dir=tmp_path))) as address,
        InferenceClient(address, patience=Patience(retry_for_s=0)) as client,
    ):
        assert not client.is_ready()
        with pytest.raises(ServiceUnavailableError):
            client.predict(encode(seven()))
