"""POST /v1/read with a reader network of random weights: the form of the answer, and everything around it."""

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from services.inference.catalog import Catalog
from services.inference.settings import Settings
from shared.contracts.inference import ModelList
from shared.contracts.page import PageReading
from shared.recognition.model_version import GRAPH, READER
from tests.integration.inference.conftest import MODELS, encode, serve
from tests.integration.inference.test_predict import assert_problem
from tests.tiny_reader import write_tiny_reader
from tests.unit.recognition.written_page import as_png, write_rows

PNG = {"Content-Type": "image/png"}
PAGE = as_png(write_rows(["2026", "31415"])[0])


async def read(client: httpx.AsyncClient, data: bytes = PAGE) -> PageReading:
    response = await client.post("/v1/read", content=data, headers=PNG)
    assert response.status_code == 200, response.text
    return PageReading.model_validate_json(response.content)


async def test_the_parts_of_an_answer_refer_to_each_other(page_client: httpx.AsyncClient) -> None:
    reading = await read(page_client)
    assert reading.digits
    assert (reading.reader.name, reading.reader.version) == ("reader", "1")
    assert [digit for number in reading.numbers for digit in number.digits] == list(range(len(reading.digits)))
    assert [number for line in reading.lines for number in line.numbers] == list(range(len(reading.numbers)))
    for place, number in enumerate(reading.numbers):
        digits = [reading.digits[digit] for digit in number.digits]
        assert {(digit.number, digit.line) for digit in digits} == {(place, number.line)}
        signs = [str(digit.prediction.digit) for digit in digits]
        for separator in number.separators:
            signs[separator.after - 1] += separator.text
        assert number.text == "".join(signs)
        assert number.confidence == pytest.approx(np.prod([digit.prediction.confidence for digit in digits]))
    for line in reading.lines:
        assert line.text == " ".join(reading.numbers[number].text for number in line.numbers)


async def test_every_digit_lies_on_the_picture_and_was_read_by_both_networks(page_client: httpx.AsyncClient) -> None:
    reading = await read(page_client)
    assert reading.digits
    for digit in reading.digits:
        assert digit.box.left + digit.box.width <= reading.width
        assert digit.box.top + digit.box.height <= reading.height
        assert digit.prediction.model.name == "cnn"
        assert sum(digit.prediction.probabilities) == pytest.approx(1)
        assert digit.prediction.confidence == max(digit.prediction.probabilities)


async def test_a_picture_without_ink_is_blank(page_client: httpx.AsyncClient) -> None:
    blank = encode(Image.new("L", (280, 280), 255))
    assert_problem(await page_client.post("/v1/read", content=blank, headers=PNG), 422, "blank_drawing")


async def test_a_page_without_digits_has_empty_lists(tmp_path: Path) -> None:
    models = link_models(tmp_path)
    write_tiny_reader(models, "1")
    async for client in serve(Settings(models_dir=models)):
        reading = await read(client)
        assert (reading.digits, reading.numbers, reading.lines, reading.tables) == ([], [], [], [])
        assert (reading.width, reading.height) == Image.open(io.BytesIO(PAGE)).size


async def test_a_page_with_too_many_digits_is_refused(page_client: httpx.AsyncClient) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (900, 900), dtype=np.uint8)
    response = await page_client.post("/v1/read", content=encode(Image.fromarray(noise)), headers=PNG)
    assert_problem(response, 413, "too_large")


async def test_without_a_reader_network_drawings_are_read_and_pages_are_not(tmp_path: Path) -> None:
    async for client in serve(Settings(models_dir=link_models(tmp_path))):
        assert (await client.get("/readyz")).status_code == 200
        for path in ("/v1/read", "/v1/read?model=cnn"):
            response = await client.post(path, content=PAGE, headers=PNG)
            assert_problem(response, 503, "not_ready")
            assert "no version of the reader network" in response.json()["detail"]


async def test_a_newly_published_reader_answers_the_next_page(tmp_path: Path) -> None:
    models = link_models(tmp_path)
    async for client in serve(Settings(models_dir=models)):
        assert (await client.post("/v1/read", content=PAGE, headers=PNG)).status_code == 503
        write_tiny_reader(models, "1")
        assert (await read(client)).reader.version == "1"


async def test_a_broken_reader_is_reported_and_the_one_before_stays_in_use(tmp_path: Path) -> None:
    models = link_models(tmp_path)
    write_tiny_reader(models, "1")
    async for client in serve(Settings(models_dir=models)):
        await read(client)
        write_tiny_reader(models, "2")
        (models / READER / "2" / GRAPH).write_bytes(b"broken")
        await catalog_of(client).refresh()
        listed = ModelList.model_validate_json((await client.get("/v1/models")).content)
        assert [(each.version, each.current) for each in listed.readers] == [("1", True)]
        assert [(each.name, each.version) for each in listed.refused] == [("reader", "2")]
        assert (await read(client)).reader.version == "1"


async def test_the_reader_is_listed_apart_from_the_models_of_digits(page_client: httpx.AsyncClient) -> None:
    listed = ModelList.model_validate_json((await page_client.get("/v1/models")).content)
    assert [(each.name, each.version, each.current) for each in listed.readers] == [("reader", "1", True)]
    assert listed.readers[0].metrics == {"pages": {"exact_lines": 0.0}}
    assert "reader" not in {model.name for model in listed.models}
    assert listed.refused == []


@pytest.mark.parametrize("model", ["reader", "reader/1"])
@pytest.mark.parametrize("path", ["/v1/predict", "/v1/read"])
async def test_the_reader_is_no_model_that_reads_a_digit(page_client: httpx.AsyncClient, path: str, model: str) -> None:
    response = await page_client.post(f"{path}?model={model}", content=PAGE, headers=PNG)
    assert_problem(response, 404, "unknown_model")


async def test_the_reader_is_no_model_with_details(page_client: httpx.AsyncClient) -> None:
    assert_problem(await page_client.get("/v1/models/reader/1"), 404, "unknown_model")


def catalog_of(client: httpx.AsyncClient) -> Catalog:
    """The catalog of the app behind the client."""
    return client._transport.app.state.service.catalog


def link_models(folder: Path) -> Path:
    """The shipped models without the reader network."""
    for shipped in MODELS.iterdir():
        if shipped.name != READER:
            (folder / shipped.name).symlink_to(shipped)
    return folder
