"""A photo is read once, its digits are stored once, and what is said of them reaches storage, whatever is away."""

import base64
import io
from collections.abc import Iterator
from uuid import uuid4

import pytest
from PIL import Image

from services.frontend.outbox import Delivery, Outbox
from services.frontend.views.photo.cards import digit_html, number_html, picture_html
from services.frontend.views.photo.reading import give_label, read_photo, save_photo, was_saved_late
from services.frontend.views.photo.state import Photo, PhotoPage
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Box, PageDigit, PageReading, Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.problem import Problem
from tests.unit.frontend.test_outbox import FakeStorage
from tests.unit.frontend.test_page_picture import encode

LONG_S = 10.0
PICTURE = encode(Image.new("RGB", (400, 200), "white"), "JPEG")


class FakeReader:
    """Finds the digits of `lines`, wherever they are, or raises `error`."""

    def __init__(self, *lines: str, error: Exception | None = None) -> None:
        self.lines, self.error, self.asked = lines, error, 0

    def read(self, picture: bytes, *, model: str | None) -> PageReading:
        self.asked += 1
        if self.error:
            raise self.error
        digits = [
            found(int(character), line, column)
            for line, characters in enumerate(self.lines)
            for column, character in enumerate(characters)
        ]
        return PageReading(width=400, height=200, digits=digits)


def found(digit: int, line: int, column: int) -> PageDigit:
    left, top = 10 + 50 * column, 10 + 60 * line
    prediction = Prediction(
        id=uuid4(),
        digit=digit,
        confidence=0.99,
        probabilities=[0.99 if other == digit else 0.01 / 9 for other in range(10)],
        digit_score=0.9,
        model=ModelVersion(name="cnn", version="1"),
        image="",
        elapsed_ms=1,
    )
    outline = [(left, top), (left + 30, top), (left + 30, top + 40)]
    return PageDigit(
        box=Box(left=left, top=top, width=30, height=40), line=line, outlines=[outline], prediction=prediction
    )


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def outbox(storage: FakeStorage) -> Iterator[Outbox]:
    box = Outbox(storage, max_unsaved=10, retry_s=0.01)
    yield box
    box.close()


def a_photo(file_id: str = "1", data: bytes = PICTURE) -> Photo:
    return Photo(file_id, f"{file_id}.jpg", "upload", data)


def read(photo: Photo, reader: FakeReader) -> Photo:
    read_photo(photo, reader, None, lambda _: 0.5)
    return photo


def test_the_digits_are_stored_once_however_often_the_page_runs(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("20", "26"))
    assert photo.read_as() == ["20", "26"]
    for _ in range(3):
        assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [prediction.digit for prediction in storage.predictions.values()] == [2, 0, 2, 6]
    assert {prediction.source for prediction in storage.predictions.values()} == {"upload"}


def test_of_one_digit_the_picture_is_stored_as_it_came_and_of_several_the_cut_outs(
    storage: FakeStorage, outbox: Outbox
) -> None:
    save_photo(read(a_photo(), FakeReader("7")), outbox, LONG_S)
    (alone,) = storage.predictions.values()
    assert alone.drawing == PICTURE
    storage.predictions.clear()
    save_photo(read(a_photo(), FakeReader("71")), outbox, LONG_S)
    for prediction in storage.predictions.values():
        assert Image.open(io.BytesIO(prediction.drawing)).size == pytest.approx((50, 60), abs=2)


def test_a_heic_picture_is_stored_as_the_jpeg_that_was_read(storage: FakeStorage, outbox: Outbox) -> None:
    save_photo(read(a_photo(data=encode(Image.new("RGB", (400, 200)), "HEIF")), FakeReader("7")), outbox, LONG_S)
    (stored,) = storage.predictions.values()
    assert Image.open(io.BytesIO(stored.drawing)).format == "JPEG"


def test_a_digit_can_be_corrected_and_that_taken_back(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("71"))
    give_label(photo.digits[1], 4, outbox)  # before it was handed over
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert list(storage.labels.values()) == [4]
    assert (photo.read_as(), photo.corrected()) == (["71"], ["74"])
    give_label(photo.digits[1], None, outbox)
    assert not photo.is_saved
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert storage.labels == {}


def test_while_storage_is_away_it_says_so_and_notices_when_it_is_saved(storage: FakeStorage, outbox: Outbox) -> None:
    storage.available.clear()
    photo = read(a_photo(), FakeReader("71"))
    assert save_photo(photo, outbox, 0) is Delivery.WAITING
    assert not was_saved_late(photo, outbox)
    storage.available.set()
    for digit in photo.digits:
        outbox.wait(digit.found.prediction.id, LONG_S)
    assert was_saved_late(photo, outbox)
    assert save_photo(photo, outbox, 0) is Delivery.SAVED
    assert not was_saved_late(photo, outbox)


def test_while_the_recogniser_is_away_the_picture_is_kept() -> None:
    photo = a_photo()
    with pytest.raises(ServiceUnavailableError):
        read(photo, FakeReader(error=ServiceUnavailableError("away")))
    assert photo.is_waiting
    assert read(photo, FakeReader("7")).read_as() == ["7"]
    assert (photo.is_waiting, photo.data) == (False, b"")


@pytest.mark.parametrize("code", ["blank_drawing", "too_large"])
def test_why_a_picture_can_not_be_read_is_said_in_the_words_of_inference(code: str) -> None:
    problem = Problem.model_validate({"type": "x", "title": "x", "status": 422, "code": code, "detail": "A sentence."})
    photo = read(a_photo(), FakeReader(error=RefusedError(problem)))
    assert (photo.problem, photo.is_waiting, photo.is_saved) == ("A sentence.", False, True)


def test_a_broken_heic_picture_is_not_sent() -> None:
    reader = FakeReader("7")
    assert "broken" in read(a_photo(data=encode(Image.new("RGB", (64, 64)), "HEIF")[:100]), reader).problem
    assert reader.asked == 0


def test_the_page_takes_a_file_once_and_keeps_the_newest_first() -> None:
    page = PhotoPage()
    page.take([a_photo("1"), a_photo("2")])
    page.take([a_photo("1"), a_photo("3")])
    assert [photo.file_id for photo in page.photos] == ["3", "1", "2"]
    page.remove("1")
    page.take([a_photo("1")])
    assert [photo.file_id for photo in page.photos] == ["3", "2"]
    assert page.find("1") is None


def test_the_html_shows_each_digit_in_its_place_and_escapes_the_name() -> None:
    photo = read(Photo("1", '<b>"x".jpg', "upload", PICTURE), FakeReader("71"))
    html = picture_html(photo)
    assert "<b>" not in html
    assert "left:15.000%;top:5.000%;width:7.500%;height:20.000%" in html
    svg = html.split("data:image/svg+xml;base64,")[1].split('"')[0]
    assert b"M10,10 40,10 40,50Z" in base64.b64decode(svg)
    assert "<b>71</b>" in number_html(photo)
    photo.digits[0].label = 1
    assert "Corrected to <b>11</b>" in number_html(photo)
    assert 'class="photo-digit certain wrong"' in digit_html(1, photo.digits[0])
