"""POST /v1/predict/batch with its three forms of a body, and the problems of malformed ones."""

import base64
import io
import json

import httpx
import numpy as np
import pytest
from PIL import Image

from services.inference.http.batch_body import IMAGES_PER_CHUNK, MAX_IMAGES
from shared.contracts.examples import SEVEN_PNG
from shared.contracts.inference import BatchPredictions, Prediction
from shared.contracts.problem import Problem
from tests.integration.inference.conftest import encode, seven

BATCH = "/v1/predict/batch"
BYTES = {"Content-Type": "application/octet-stream"}


async def image_of_seven(client: httpx.AsyncClient) -> np.ndarray:
    """The (28, 28) image that preprocessing makes of the drawing."""
    answer = (await client.post("/v1/predict", content=encode(seven()), headers={"Content-Type": "image/png"})).json()
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(answer["image"]))))


def entries(response: httpx.Response) -> list[Prediction | Problem]:
    assert response.status_code == 200, response.text
    return BatchPredictions.model_validate_json(response.content).predictions


def digits(response: httpx.Response) -> list[int | str]:
    return [entry.digit if isinstance(entry, Prediction) else entry.code for entry in entries(response)]


async def test_json_may_mix_pictures_and_pixels(client: httpx.AsyncClient) -> None:
    picture = base64.b64encode(encode(seven())).decode()
    rows = (await image_of_seven(client)).tolist()
    answers = entries(await client.post(BATCH, json={"images": [picture, rows]}))
    first, second = (answer for answer in answers if isinstance(answer, Prediction))
    assert first.digit == second.digit == 7
    assert first.probabilities == pytest.approx(second.probabilities, abs=1e-3)
    assert first.id != second.id


async def test_an_unreadable_entry_is_a_problem_and_the_others_are_answered(
    client: httpx.AsyncClient,
) -> None:
    good = base64.b64encode(encode(seven())).decode()
    blank = base64.b64encode(encode(Image.new("RGB", (280, 280), "white"))).decode()
    images = [good, "no base64!", blank, base64.b64encode(b"no picture").decode(), "", [[9] * 28] * 28, good]
    response = await client.post(BATCH, json={"images": images})
    unreadable = "unreadable_image"
    assert digits(response) == [7, "invalid_request", "blank_drawing", unreadable, unreadable, "blank_drawing", 7]


@pytest.mark.parametrize(
    "entry", [False, 5, None, {}, {"image": "aGk="}, [], [5], [[0] * 28] * 27, [[0.5] * 28] * 28, [[True] * 28] * 28]
)
async def test_a_batch_with_an_entry_of_another_form_is_malformed(client: httpx.AsyncClient, entry: object) -> None:
    response = await client.post(BATCH, json={"images": [SEVEN_PNG, entry]})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert response.json()["detail"].startswith("body.images.1")


async def test_several_multipart_files_are_read(client: httpx.AsyncClient) -> None:
    files = [("files", ("a.png", encode(seven()))), ("b", ("b.jpg", encode(seven(), "JPEG"))), ("c", ("c", b"?"))]
    assert digits(await client.post(BATCH, files=files)) == [7, 7, "unreadable_image"]


async def test_bytes_of_several_chunks_are_answered_in_their_order(client: httpx.AsyncClient) -> None:
    image = await image_of_seven(client)
    count = 2 * IMAGES_PER_CHUNK + 3
    images = np.repeat(image[None], count, axis=0)
    images[1::2] = np.rot90(image)  # a different image
    answers = entries(await client.post(BATCH, content=images.tobytes(), headers=BYTES))
    rows = np.array([answer.probabilities for answer in answers if isinstance(answer, Prediction)])
    assert rows.shape == (count, 10)
    assert rows[::2].argmax(axis=1).tolist() == [7] * (count // 2 + 1)
    assert rows[2::2] == pytest.approx(np.repeat(rows[:1], count // 2, axis=0), abs=1e-3)
    assert np.abs(rows[1] - rows[0]).max() > 0.01


async def test_bytes_may_arrive_in_parts_of_any_size(client: httpx.AsyncClient) -> None:
    body = (await image_of_seven(client)).tobytes() * 5

    async def pieces():  # type: ignore[no-untyped-def]
        for start in range(0, len(body), 333):
            yield body[start : start + 333]

    assert digits(await client.post(BATCH, content=pieces(), headers=BYTES)) == [7] * 5


async def test_a_blank_image_is_a_problem_in_every_form(client: httpx.AsyncClient) -> None:
    seven, black, grey = await image_of_seven(client), np.zeros((28, 28), np.uint8), np.full((28, 28), 9, np.uint8)
    images = [black, black, seven, grey, seven, black]
    expected = ["blank_drawing", "blank_drawing", 7, "blank_drawing", 7, "blank_drawing"]
    as_bytes = await client.post(BATCH, content=np.stack(images).tobytes(), headers=BYTES)
    as_rows = await client.post(BATCH, json={"images": [image.tolist() for image in images]})
    assert digits(as_bytes) == digits(as_rows) == expected
    assert as_bytes.json()["predictions"][0] == as_rows.json()["predictions"][0]
    assert digits(await client.post(BATCH, content=bytes(784), headers=BYTES)) == ["blank_drawing"]


@pytest.mark.parametrize("body", [b"", b"x", bytes(784 + 1)])
async def test_bytes_that_are_not_whole_images_are_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(BATCH, content=body, headers=BYTES)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


async def test_too_many_images_are_too_large(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, content=bytes(784 * (MAX_IMAGES + 1)), headers=BYTES)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    listed = json.dumps({"images": [""] * (MAX_IMAGES + 1)}).encode()
    response = await client.post(BATCH, content=listed, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", ["", "[]", '{"images": []}', '{"images": 1}', '{"images": [], "x": 1}', "{"])
async def test_json_without_a_list_of_images_is_malformed(client: httpx.AsyncClient, body: str) -> None:
    response = await client.post(BATCH, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


async def test_a_form_without_files_is_malformed(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, files={"text": (None, "hello")})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


async def test_another_media_type_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, content=b"x", headers={"Content-Type": "text/plain"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


async def test_a_batch_for_an_unknown_model_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, params={"model": "nobody"}, content=bytes(784), headers=BYTES)
    assert (response.status_code, response.json()["code"]) == (404, "unknown_model")
