"""Each photo is read once, and its digits and labels are stored once, even if a service is away for a while."""

import base64
import io

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.views.photo import state
from services.frontend.views.photo.cards import say_first_only
from services.frontend.views.photo.numbers import write_lines
from services.frontend.views.photo.picture import MAX_MIB, MIB
from services.frontend.views.photo.reading import (
    CARDS,
    FAILED,
    MAX_FAILURES,
    NOT_READ,
    can_progress,
    make_photo,
    order_cards,
    read_photo,
    save_photo,
    try_to_read,
)
from services.frontend.views.photo.state import DIGIT_BYTES, MAX_PHOTOS, Photo, PhotoDigit, PhotoPage, list_signs
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.page import PageReading, Rotation
from shared.contracts.problem import Problem, ProblemCode
from tests.unit.clients.page_readings import a_reading
from tests.unit.frontend.conftest import FakeStorage
from tests.unit.frontend.test_page_picture import encode

register_heif_opener()
LONG_S = 10.0
PICTURE = encode(Image.new("RGB", (400, 200), "white"), "JPEG")


class FakeReader:
    """Returns the numbers of `lines` for any picture, or raises `error`."""

    def __init__(self, *lines: str, error: Exception | None = None, rotation: int = 0) -> None:
        self.lines, self.error, self.rotation = lines, error, rotation
        self.pictures: list[bytes] = []

    def __call__(self, picture: bytes, rotation: Rotation | None) -> PageReading:
        del rotation  # the fake reads every picture alike
        self.pictures.append(picture)
        if self.error:
            raise self.error
        return a_reading(*self.lines, rotation=self.rotation)


def lines_of(photo: Photo) -> list[str]:
    """The numbers that the page shows."""
    assert photo.reading is not None
    return write_lines(photo.reading, list_signs(photo.digits))


def a_photo(file_id: str = "1", data: bytes = PICTURE) -> Photo:
    return Photo(file_id, f"{file_id}.jpg", "upload", data)


def read(photo: Photo, reader: FakeReader) -> Photo:
    read_photo(photo, reader, lambda _: 0.5)
    return photo


def test_the_digits_are_stored_once_however_often_the_page_runs(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("20", "26"))
    assert lines_of(photo) == ["20", "26"]
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
    assert lines_of(photo) == ["74"]
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
    assert lines_of(read(photo, FakeReader("7"))) == ["7"]
    assert not photo.is_waiting


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
    assert lines_of(photo) == ["7"]


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
    photo = make_photo("1", "large.jpg", "upload", PICTURE.ljust(MAX_MIB * MIB + 1))
    assert photo.problem == "The file has 32.0 MB; at most 32 MB are allowed. Choose a smaller one."
    assert (photo.data, photo.is_done) == (b"", True)
    assert make_photo("2", "small.jpg", "upload", PICTURE).is_waiting


def test_a_broken_heic_picture_is_not_sent() -> None:
    reader = FakeReader("7")
    assert "HEIC" in read(a_photo(data=encode(Image.new("RGB", (64, 64)), "HEIF")[:100]), reader).problem
    assert reader.pictures == []


def test_an_error_inside_one_photo_is_not_repeated_and_spares_the_others() -> None:
    photo, failing = a_photo(), FakeReader(error=RuntimeError("unexpected"))
    for _ in range(2):  # runs of the page
        if photo.is_waiting:
            assert attempt(photo, failing, ready=True)  # the next picture is tried
    assert (photo.problem, photo.is_waiting, photo.data, len(failing.pictures)) == (FAILED, False, b"", 1)


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


def test_files_of_pictures_that_were_read_have_a_limit_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MAX_READ_BYTES", 2 * len(PICTURE))
    page = PhotoPage()
    page.take([a_photo(str(number)) for number in range(4)])
    for photo in page.photos[:3]:
        read(photo, FakeReader("7"))
    page.limit_read_files()
    assert [photo.can_be_turned for photo in page.photos] == [True, True, False, False]
    assert page.photos[3].data == PICTURE  # it still waits to be read


def test_a_new_picture_needs_the_files_of_read_ones_before_it_needs_their_place(
    monkeypatch: pytest.MonkeyPatch, outbox: Outbox
) -> None:
    page = PhotoPage()
    page.take([a_photo("1", data=PICTURE.ljust(1_000_000))])
    save_photo(read(page.photos[0], FakeReader("7")), outbox, LONG_S)
    monkeypatch.setattr(state, "MAX_HELD_BYTES", 1_000_000)
    page.take([a_photo("2", data=PICTURE.ljust(900_000))])
    assert [(photo.file_id, bool(photo.data)) for photo in page.photos] == [("2", True), ("1", False)]


def test_a_page_of_many_digits_takes_more_room_than_its_pictures() -> None:
    one, many = (read(a_photo(), FakeReader(*lines)).held_bytes for lines in (["7"], ["7777777"] * 3))
    assert many - one > 20 * DIGIT_BYTES


def test_a_page_without_digits_is_read_saved_and_can_be_turned(outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader())
    assert (photo.is_waiting, photo.problem, photo.digits) == (False, "", [])
    assert save_photo(photo, outbox, 0) is Delivery.SAVED
    assert photo.can_be_turned


def test_a_removed_digit_leaves_the_number_and_storage(storage: FakeStorage, outbox: Outbox) -> None:
    photo = read(a_photo(), FakeReader("7,1"))
    save_photo(photo, outbox, LONG_S)
    photo.digits[1].discard(outbox)
    assert not photo.is_saved
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [stored.digit for stored in storage.predictions.values()] == [7]
    assert lines_of(photo) == ["7"]


def test_a_digit_that_is_removed_before_it_was_handed_over_is_never_stored(
    storage: FakeStorage, outbox: Outbox
) -> None:
    photo = read(a_photo(), FakeReader("71"))
    photo.digits[1].discard(outbox)
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [stored.digit for stored in storage.predictions.values()] == [7]
    photo.digits[1].restore(photo.digits[1].cutout)
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [stored.digit for stored in storage.predictions.values()] == [7, 1]


@pytest.mark.parametrize("lines", ["7", "71"])
def test_a_removed_digit_can_be_put_back_with_its_label(storage: FakeStorage, outbox: Outbox, lines: str) -> None:
    photo = read(a_photo(), FakeReader(lines))
    label(photo.digits[0], 4, outbox)
    save_photo(photo, outbox, LONG_S)
    photo.digits[0].discard(outbox)  # storage may still have it when it is put back
    photo.digits[0].restore(photo.digits[0].cutout)
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert storage.labels == {photo.digits[0].prediction.id: 4}
    assert storage.predictions[photo.digits[0].prediction.id].drawing == photo.digits[0].cutout
    assert lines_of(photo) == [f"4{lines[1:]}"]


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size


def test_a_turned_picture_is_read_again_and_takes_its_digits_back(storage: FakeStorage, outbox: Outbox) -> None:
    photo, reader = a_photo(), FakeReader("71")
    save_photo(read(photo, reader), outbox, LONG_S)
    label(photo.digits[0], 7, outbox)
    save_photo(photo, outbox, LONG_S)
    first = photo.digits[0].prediction.id
    photo.turn_clockwise(outbox)
    assert photo.is_waiting
    save_photo(read(photo, reader), outbox, LONG_S)
    assert [size_of(picture) for picture in reader.pictures] == [(400, 200), (200, 400)]
    assert [stored.digit for stored in storage.predictions.values()] == [7, 7, 1]  # the labelled one stays
    assert first in storage.labels
    for _ in range(3):
        photo.turn_clockwise(outbox)
    read(photo, reader)
    assert reader.pictures[-1] == PICTURE


def test_a_picture_that_inference_turned_is_turned_on_from_how_it_is_shown(outbox: Outbox) -> None:
    upright = Image.new("RGB", (200, 400), "white")
    upright.paste("black", (0, 200, 200, 400))  # the lower half
    photo, reader = a_photo(data=encode(upright, "PNG")), FakeReader("7", rotation=90)
    read(photo, reader)
    photo.turn_clockwise(outbox)
    reader.rotation = 0
    read(photo, reader)
    sent = Image.open(io.BytesIO(reader.pictures[-1])).convert("L")  # by 90° and by 90° again
    assert (sent.size, sent.getpixel((100, 10)), sent.getpixel((100, 390))) == ((200, 400), 0, 255)


def test_the_preview_and_the_cutouts_are_turned_as_inference_has_turned_the_picture() -> None:
    upright = Image.new("RGB", (200, 400), "white")
    upright.paste("black", (10, 370, 50, 390))  # after a quarter turn clockwise at the upper left
    photo = read(a_photo(data=encode(upright, "PNG")), FakeReader("7", rotation=90))
    assert size_of(base64.b64decode(photo.preview.split(",")[1])) == (400, 200)
    cutout = Image.open(io.BytesIO(photo.digits[0].cutout)).convert("L")
    assert cutout.getpixel((cutout.width // 2, cutout.height // 2)) < 50


def test_with_many_digits_the_doubtful_ones_come_first() -> None:
    photo = read(a_photo(), FakeReader("7777777", "777777"))
    assert photo.cards == list(range(CARDS + 1))
    for place, confidence in ((5, 0.9), (8, 0.6)):
        digit = photo.digits[place]
        digit.prediction = digit.prediction.model_copy(update={"confidence": confidence})
    photo.digits[9].digit_score_threshold = 0.95
    assert order_cards(photo.digits) == [9, 8, 5, 0, 1, 2, 3, 4, 6, 7, 10, 11, 12]
    assert order_cards(photo.digits[:CARDS]) == list(range(CARDS))


def test_what_does_not_look_like_a_digit_is_a_question_mark_in_the_number() -> None:
    photo = read(a_photo(), FakeReader("71"))
    photo.digits[0].digit_score_threshold = 0.95
    assert lines_of(photo) == ["?1"]
    photo.digits[0].set_label(4)
    assert lines_of(photo) == ["41"]


def test_all_digits_without_a_label_are_called_right_at_once_and_that_can_be_taken_back(
    storage: FakeStorage, outbox: Outbox
) -> None:
    photo = read(a_photo(), FakeReader("71234"))
    label(photo.digits[1], 9, outbox)
    photo.digits[2].discard(outbox)
    photo.digits[3].digit_score_threshold = 0.95  # nobody said that this is a 3
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    photo.confirm(outbox)
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [digit.label for digit in photo.digits] == [7, 9, None, None, 4]
    assert sorted(storage.labels.values()) == [4, 7, 9]
    label(photo.digits[4], 6, outbox)
    photo.take_back_confirmation(outbox)
    assert save_photo(photo, outbox, LONG_S) is Delivery.SAVED
    assert [digit.label for digit in photo.digits] == [None, 9, None, None, 6]
    assert sorted(storage.labels.values()) == [6, 9]


def test_the_page_says_if_a_file_has_more_pages_than_were_read() -> None:
    pages = io.BytesIO()
    Image.new("RGB", (400, 200)).save(pages, "TIFF", save_all=True, append_images=[Image.new("RGB", (40, 20))])
    assert say_first_only(read(a_photo(data=pages.getvalue()), FakeReader("7")))
    assert not say_first_only(read(a_photo(), FakeReader("7")))
