"""POST /v1/read: all digits of a page in reading order, and the problems of pages that can't be read."""

import asyncio
import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from services.inference.bounds import Bounds
from services.inference.settings import Settings
from shared.contracts.page import PageReading
from tests.integration.inference.conftest import MODELS, encode, serve, seven
from tests.integration.inference.test_predict import assert_problem
from tests.unit.recognition.test_photograph import take
from tests.unit.recognition.written_page import as_png, write_rows

PNG = {"Content-Type": "image/png"}
ROWS = ["2026", "31415", "987"]


async def read(client: httpx.AsyncClient, data: bytes) -> PageReading:
    response = await client.post("/v1/read", content=data, headers=PNG)
    assert response.status_code == 200, response.text
    return PageReading.model_validate_json(response.content)


def lines_of(reading: PageReading) -> list[str]:
    lines: dict[int, str] = {}
    for digit in reading.digits:
        lines[digit.line] = lines.get(digit.line, "") + str(digit.prediction.digit)
    return list(lines.values())


@pytest.mark.parametrize("make", [as_png, take], ids=["drawn", "photographed"])
async def test_a_page_is_read_digit_by_digit_in_reading_order(client: httpx.AsyncClient, make) -> None:
    ink, _ = write_rows(ROWS)
    reading = await read(client, make(ink))
    assert lines_of(reading) == ROWS
    assert (reading.height, reading.width) == ink.shape
    assert len({digit.prediction.id for digit in reading.digits}) == 12
    for digit in reading.digits:
        image = np.asarray(Image.open(io.BytesIO(base64.b64decode(digit.prediction.image or ""))))
        assert image.shape == (28, 28)
        assert digit.outlines


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_a_page_with_one_digit_is_answered_as_by_predict(client: httpx.AsyncClient, file_format: str) -> None:
    data = encode(seven(), file_format)
    headers = {"Content-Type": f"image/{file_format.lower()}"}
    alone = (await client.post("/v1/predict", content=data, headers=headers)).json()
    page = (await client.post("/v1/read", content=data, headers=headers)).json()
    assert len(page["digits"]) == 1
    of_page = page["digits"][0]["prediction"]
    assert (of_page["image"], of_page["digit"]) == (alone["image"], 7)
    assert of_page["confidence"] == pytest.approx(alone["confidence"])


async def test_body_multipart_and_base64_give_the_same_answer(client: httpx.AsyncClient) -> None:
    data = as_png(write_rows(["42"])[0])
    body = await read(client, data)
    multipart = await client.post("/v1/read", files={"file": ("page.png", data, "image/png")})
    as_json = await client.post("/v1/read", json={"image": base64.b64encode(data).decode()})
    for response in (multipart, as_json):
        again = PageReading.model_validate_json(response.content)
        assert [digit.box for digit in again.digits] == [digit.box for digit in body.digits]
        assert lines_of(again) == ["42"]


async def test_the_model_can_be_chosen(client: httpx.AsyncClient) -> None:
    data = as_png(write_rows(["42"])[0])
    response = await client.post("/v1/read?model=lenet5", content=data, headers=PNG)
    assert {digit["prediction"]["model"]["name"] for digit in response.json()["digits"]} == {"lenet5"}
    assert_problem(await client.post("/v1/read?model=nothing", content=data, headers=PNG), 404, "unknown_model")


async def test_an_unreadable_page_is_a_problem(client: httpx.AsyncClient) -> None:
    blank = encode(Image.new("L", (280, 280), 255))
    crowd = as_png(write_rows(["1234567890" * 10] * 12, size=24)[0])
    for content, status, code in [
        (blank, 422, "blank_drawing"),
        (b"no picture", 422, "unreadable_image"),
        (crowd, 413, "too_large"),
        (bytes(17 * 1024 * 1024), 413, "too_large"),
    ]:
        assert_problem(await client.post("/v1/read", content=content, headers=PNG), status, code)
    assert_problem(await client.post("/v1/read", json={"pixels": [[0] * 28] * 28}), 422, "invalid_request")
    assert_problem(
        await client.post("/v1/read", content=blank, headers={"Content-Type": "text/plain"}),
        415,
        "unsupported_media_type",
    )


async def test_simultaneous_pages_drawings_and_broken_files_get_their_own_answers(
    fresh_client: httpx.AsyncClient,
) -> None:
    page, drawing = as_png(write_rows(ROWS)[0]), encode(seven())
    answers = await asyncio.gather(
        *[
            fresh_client.post(path, content=content, headers=PNG)
            for path, content in [("/v1/read", page), ("/v1/predict", drawing), ("/v1/read", b"x"), ("/v1/read", page)]
        ]
    )
    assert [answer.status_code for answer in answers] == [200, 200, 422, 200]
    assert lines_of(PageReading.model_validate_json(answers[3].content)) == ROWS
    assert answers[1].json()["digit"] == 7
    counted = (await fresh_client.get("/metrics")).text
    assert 'slate_http_request_seconds_count{method="POST",route="/v1/read",status="200"} 2.0' in counted


async def test_a_page_that_would_wait_too_long_is_refused() -> None:
    async for client in serve(Settings(models_dir=MODELS), Bounds(max_long_wait_s=1e-9, free_units=0)):
        page = as_png(write_rows(ROWS)[0])
        assert (await client.post("/v1/read", content=page, headers=PNG)).status_code == 200  # measures the time
        answers = await asyncio.gather(*[client.post("/v1/read", content=page, headers=PNG) for _ in range(6)])
        refused = [answer for answer in answers if answer.status_code != 200]
        assert 1 <= len(refused) <= 5
        for answer in refused:
            assert_problem(answer, 503, "overloaded")


async def test_a_page_is_turned_as_the_caller_says(client: httpx.AsyncClient) -> None:
    ink, _ = write_rows(ROWS)
    on_its_side = as_png(np.rot90(ink))
    for rotation in (0, 90):
        response = await client.post(f"/v1/read?rotation={rotation}", content=on_its_side, headers=PNG)
        assert response.json()["rotation"] == rotation
    assert lines_of(PageReading.model_validate_json(response.content)) == ROWS


async def test_an_angle_that_is_no_quarter_turn_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/read?rotation=45", content=as_png(write_rows(ROWS)[0]), headers=PNG)
    assert_problem(response, 422, "invalid_request")
