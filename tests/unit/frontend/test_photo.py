"""Each photo is read once, and its digits and labels are stored once, even if a service is away for a while."""

import base64
import io
from uuid import uuid4

import pytest
from PIL import Image

from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.views.photo import state
from services.frontend.views.photo.cards import digit_html, number_html, picture_html
from services.frontend.views.photo.picture import MAX_BYTES
from services.frontend.views.photo.reading import (
    FAILED,
    MAX_FAILURES,
    NOT_READ,
    can_progress,
    make_photo,
    read_photo,
    reads_pages,
    save_photo,
    try_to_read,
)
from services.frontend.views.photo.state import MAX_PHOTOS, Photo, PhotoDigit, PhotoPage
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion
from shared.contracts.page import Box, PageDigit, PageLine, PageNumber, PageReading
from shared.contracts.problem import Problem, ProblemCode
from tests.unit.frontend.conftest import FakeStorage
from tests.unit.frontend.test_page_picture import encode

LONG_S = 10.0
PICTURE = encode(Image.new("RGB", (400, 200), "white"), "JPEG")


class FakeReader:
    """Returns the digits of `lines` for any picture, or raises `error`."""

    def __init__(self, *lines: str, error: Exception | None = None) -> None:
        self.lines, self.error, self.asked = lines, error, 0

    def __call__(self, picture: bytes) -> PageReading:
        self.asked += 1
        if self.error:
            raise self.error
        digits = [
            found(int(character), line, column)
            for line, characters in enumerate(self.lines)
            for column, character in enumerate(characters)
        ]
        numbers = [
            PageNumber(
                text=characters,
                line=line,
                digits=[index for index, digit in enumerate(digits) if digit.line == line],
                separators=[],
                box=Box(left=10, top=10 + 60 * line, width=50 * len(characters), height=40),
                confidence=0.9,
            )
            for line, characters in enumerate(self.lines)
        ]
        lines = [PageLine(text=each.text, box=each.box, numbers=[each.line]) for each in numbers]
        return PageReading(
            width=400,
            height=200,
            rotation=0,
            digits=digits,
            numbers=numbers,
            lines=lines,
            tables=[],
            reader=ModelVersion(name="reader", version="1"),
        )


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
        box=Box(left=left, top=top, width=30, height=40),
        line=line,
        number=line,
        outlines=[outline],
        prediction=prediction,
    )


def a_photo(file_id: str = "1", data: bytes = PICTURE) -> Photo:
    return Photo(file_id, f"{file_id}.jpg", "upload", data)


def read(photo: Photo, reader: FakeReader) -> Photo:
    read_photo(photo, reader, lambda _: 0.5)
    return photo


def test_the_digits_are_stored_once_however_often_the_page_runs(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("20", "26"))
    assert photo.predicted_numbers() == ["20", "26"]
    for _ in range(3):
        assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [prediction.digit for prediction in storage.predictions.values()] == [2, 0, 2, 6]
    assert {prediction.source for prediction in storage.predictions.values()} == {"upload"}


def test_a_single_digit_stores_the_picture_unchanged_and_several_digits_store_cutouts(
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


def label(digit: PhotoDigit, label: int | None, outbox: Outbox) -> None:
    digit.set_label(label)
    digit.send_label(outbox)


def test_a_digit_can_be_labelled_and_the_label_removed(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("71"))
    label(photo.digits[1], 4, outbox)  # before it is handed over
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert list(storage.labels.values()) == [4]
    assert (photo.predicted_numbers(), photo.true_numbers()) == (["71"], ["74"])
    label(photo.digits[1], None, outbox)
    assert not photo.is_saved
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert storage.labels == {}


def test_while_storage_is_away_the_photo_waits_and_progresses_later(storage: FakeStorage, outbox: Outbox) -> None:
    storage.available.clear()
    photo = read(a_photo(), FakeReader("71"))
    assert save_photo(photo, outbox, 0) is Delivery.WAITING
    assert not can_progress(photo, outbox)
    storage.available.set()
    for digit in photo.digits:
        outbox.wait(digit.prediction.id, LONG_S)
    assert can_progress(photo, outbox)
    assert save_photo(photo, outbox, 0) is Delivery.SAVED
    assert not can_progress(photo, outbox)


def test_with_a_full_outbox_the_photo_can_progress_when_there_is_room(storage: FakeStorage, outbox: Outbox) -> None:
    storage.available.clear()
    first, second = read(a_photo("1"), FakeReader("01234", "56789")), read(a_photo("2"), FakeReader("7"))
    assert save_photo(first, outbox, 0) is Delivery.WAITING
    assert save_photo(second, outbox, 0) is Delivery.FULL
    assert not can_progress(second, outbox)
    storage.available.set()
    assert save_photo(first, outbox, LONG_S) is Delivery.SAVED
    assert can_progress(second, outbox)
    assert save_photo(second, outbox, LONG_S) is Delivery.SAVED


def test_while_the_recogniser_is_away_the_picture_is_kept() -> None:
    photo = a_photo()
    with pytest.raises(ServiceUnavailableError):
        read(photo, FakeReader(error=ServiceUnavailableError("away")))
    assert photo.is_waiting
    assert read(photo, FakeReader("7")).predicted_numbers() == ["7"]
    assert (photo.is_waiting, photo.data) == (False, b"")


def attempt(photo: Photo, reader: FakeReader, *, ready: bool) -> bool:
    return try_to_read(photo, reader, lambda _: 0.5, lambda: ready)


def test_after_several_failures_the_picture_has_a_problem_until_it_is_retried() -> None:
    photo, failing = a_photo(), FakeReader(error=ServiceUnavailableError("failed"))
    for _ in range(MAX_FAILURES):
        assert photo.is_waiting
        assert attempt(photo, failing, ready=True)  # the next picture is tried
    assert (photo.problem, photo.is_waiting, photo.can_be_retried) == (NOT_READ, False, True)
    photo.retry()
    assert (photo.is_waiting, photo.failures) == (True, 0)
    assert attempt(photo, FakeReader("7"), ready=True)
    assert photo.predicted_numbers() == ["7"]


def test_while_the_recogniser_is_away_no_failure_counts() -> None:
    photo, away = a_photo(), FakeReader(error=ServiceUnavailableError("away"))
    assert not any(attempt(photo, away, ready=False) for _ in range(MAX_FAILURES + 1))
    assert (photo.is_waiting, photo.failures) == (True, 0)


def refusal(code: ProblemCode) -> FakeReader:
    problem = Problem(type="x", title="x", status=422, code=code, detail="A sentence.")
    return FakeReader(error=RefusedError(problem))


@pytest.mark.parametrize(
    "code", ["blank_drawing", "unreadable_image", "too_large", "invalid_request", "unsupported_media_type"]
)
def test_the_problem_of_a_picture_is_the_detail_from_inference(code: ProblemCode) -> None:
    photo = read(a_photo(), refusal(code))
    assert (photo.problem, photo.is_waiting, photo.is_done) == ("A sentence.", False, True)
    assert (photo.data, photo.can_be_retried) == (b"", False)


@pytest.mark.parametrize("code", ["unknown_model", "unauthorised", "forbidden", "rate_limited", "timeout"])
def test_a_refusal_that_is_not_about_the_picture_keeps_it(code: ProblemCode) -> None:
    photo = read(a_photo(), refusal(code))
    assert (photo.problem, photo.is_waiting, photo.is_done) == ("A sentence.", False, False)
    assert (photo.data, photo.can_be_retried) == (PICTURE, True)


def test_the_bytes_of_a_file_that_is_too_large_are_dropped() -> None:
    photo = make_photo("1", "large.jpg", "upload", bytes(MAX_BYTES + 1))
    assert "at most 16 MiB" in photo.problem
    assert (photo.data, photo.is_done) == (b"", True)
    assert make_photo("2", "small.jpg", "upload", PICTURE).is_waiting


def test_a_model_of_openai_reads_no_pages() -> None:
    assert [reads_pages(model) for model in (None, "cnn/3", "openai/reader")] == [True, True, False]


def test_a_broken_heic_picture_is_not_sent() -> None:
    reader = FakeReader("7")
    assert "broken" in read(a_photo(data=encode(Image.new("RGB", (64, 64)), "HEIF")[:100]), reader).problem
    assert reader.asked == 0


def test_an_error_inside_one_photo_is_not_repeated_and_spares_the_others() -> None:
    photo, failing = a_photo(), FakeReader(error=RuntimeError("unexpected"))
    for _ in range(2):  # runs of the page
        if photo.is_waiting:
            assert attempt(photo, failing, ready=True)  # the next picture is tried
    assert (photo.problem, photo.is_waiting, photo.data, failing.asked) == (FAILED, False, b"", 1)


def test_the_page_takes_a_file_once_and_keeps_the_newest_first() -> None:
    page = PhotoPage()
    page.take([a_photo("1"), a_photo("2")])
    page.take([a_photo("1"), a_photo("3")])
    assert [photo.file_id for photo in page.photos] == ["3", "1", "2"]
    page.remove("1")
    page.take([a_photo("1")])
    assert [photo.file_id for photo in page.photos] == ["3", "2"]
    assert page.find("1") is None


def test_a_new_picture_takes_the_place_of_the_oldest_saved_one(outbox: Outbox) -> None:
    page = PhotoPage()
    page.take([a_photo(str(number)) for number in range(MAX_PHOTOS)])
    for file_id in ("30", "40"):
        save_photo(read(page.photos[int(file_id)], FakeReader("7")), outbox, LONG_S)
    page.take([a_photo("new")])
    assert (len(page.photos), page.photos[0].file_id, page.find("40"), page.left_out) == (50, "new", None, 0)
    page.take([a_photo("newer"), a_photo("newest")])
    assert (len(page.photos), page.photos[0].file_id, page.find("30"), page.left_out) == (50, "newer", None, 1)
    assert page.find("0") is not None


def test_files_have_room_as_long_as_their_bytes_do(monkeypatch: pytest.MonkeyPatch, outbox: Outbox) -> None:
    monkeypatch.setattr(state, "MAX_HELD_BYTES", 3 * len(PICTURE))
    page = PhotoPage()
    page.take([a_photo("1"), a_photo("2"), a_photo("3"), a_photo("4")])
    assert ([photo.file_id for photo in page.photos], page.left_out) == (["1", "2", "3"], 1)
    page.find("2").problem, page.find("2").data = "broken", b""
    page.take([a_photo("5")])
    assert ([photo.file_id for photo in page.photos], page.left_out) == (["5", "1", "2", "3"], 0)


def test_what_a_photo_holds_shrinks_when_it_is_saved(outbox: Outbox) -> None:
    photo = read(a_photo(data=PICTURE.ljust(1_000_000)), FakeReader("7"))
    assert photo.held_bytes > 1_000_000
    save_photo(photo, outbox, LONG_S)
    assert photo.held_bytes < 100_000


def test_the_html_shows_each_digit_at_its_place_and_escapes_the_name() -> None:
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
