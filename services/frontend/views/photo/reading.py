"""A photo is read by inference and each of its digits handed to the outbox, once, however often the page runs."""

import base64
import time
from collections.abc import Callable

from services.frontend.chosen_model import NOT_OURS
from services.frontend.outbox import Delivery, Outbox, OutboxFullError
from services.frontend.views.photo.picture import (
    UnshowablePictureError,
    as_sendable,
    check_bytes,
    cut_out,
    make_preview,
    open_upright,
)
from services.frontend.views.photo.state import Photo, PhotoDigit
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import PageReading
from shared.contracts.message import ModelVersion
from shared.contracts.problem import ProblemCode
from shared.contracts.storage import PredictionToStore, Source

MAX_STORED_BYTES = 10 * 1024 * 1024  # storage takes no larger drawing; of a larger picture the cut-out is kept
MAX_TRIES = 3  # of a picture the recogniser is there for and can't read
NOT_READ = "The recogniser is there, but it could not read this picture."
Read = Callable[[bytes], PageReading]  # asks inference for every digit on it. ServiceUnavailableError, RefusedError
ABOUT_THE_PICTURE: frozenset[ProblemCode] = frozenset(
    {"blank_drawing", "unreadable_image", "too_large", "invalid_request", "unsupported_media_type"}
)


def reads_pages(model: str | None) -> bool:
    """Whether /v1/read knows it; None is the service's default."""
    return model is None or not model.startswith(f"{NOT_OURS}/")


def make_photo(file_id: str, name: str, source: Source, data: bytes) -> Photo:
    """A photo that waits; of a file too large only the sentence that says so."""
    try:
        check_bytes(data)
    except UnshowablePictureError as error:
        return Photo(file_id, name, source, b"", problem=str(error))
    return Photo(file_id, name, source, data)


def try_photo(
    photo: Photo,
    read: Read,
    find_threshold: Callable[[ModelVersion], float],
    is_reader_there: Callable[[], bool],
) -> bool:
    """As `read_photo` → False where the recogniser is away; a problem after MAX_TRIES failures while it is there."""
    try:
        read_photo(photo, read, find_threshold)
    except ServiceUnavailableError:
        if not is_reader_there():
            return False
        photo.tries += 1
        if photo.tries >= MAX_TRIES:
            photo.problem = NOT_READ
    return True


def read_photo(photo: Photo, read: Read, find_threshold: Callable[[ModelVersion], float]) -> None:
    """Finds its digits, or says what is wrong, and keeps its bytes where that is not the picture.

    ServiceUnavailableError: it may be asked again.
    """
    try:
        photo.data = as_sendable(photo.data)
        reading = read(photo.data)
        take_reading(photo, photo.data, reading, find_threshold(reading.digits[0].prediction.model))
    except RefusedError as refused:
        photo.problem = refused.problem.detail
        if refused.problem.code not in ABOUT_THE_PICTURE:
            return
    except UnshowablePictureError as error:
        photo.problem = str(error)
    photo.data = b""


def take_reading(photo: Photo, data: bytes, reading: PageReading, digit_score_threshold: float) -> None:
    """Fills in the preview and the digits. UnshowablePictureError."""
    upright = open_upright(data)
    boxes = [digit.box for digit in reading.digits]
    whole = len(boxes) == 1 and len(data) <= MAX_STORED_BYTES
    digits = []
    for place, found in enumerate(reading.digits):
        cutout = cut_out(upright, reading.width, found.box, boxes[:place] + boxes[place + 1 :])
        digits.append(PhotoDigit(found, cutout, data if whole else cutout, digit_score_threshold))
    photo.preview, photo.size, photo.digits = make_preview(upright), (reading.width, reading.height), digits


def save_photo(photo: Photo, outbox: Outbox, timeout_s: float) -> Delivery:
    """Hands over what the outbox does not have → how far the last of it has come, after at most that time."""
    deadline = time.monotonic() + timeout_s
    deliveries = {_save_digit(photo, digit, outbox, deadline) for digit in photo.digits}
    return next(
        (each for each in (Delivery.REFUSED, Delivery.FULL, Delivery.WAITING) if each in deliveries), Delivery.SAVED
    )


def give_label(digit: PhotoDigit, label: int | None, outbox: Outbox) -> None:
    """Says what it really is, or takes that back."""
    digit.label, digit.saved = label, False
    if digit.handed_over:  # else the label goes with the prediction: storage has nothing to label yet
        outbox.label(digit.found.prediction.id, label)


def was_saved_late(photo: Photo, outbox: Outbox) -> bool:
    """Whether the page still says «not saved yet» of what storage has answered about meanwhile, or can be told now."""
    unsaved = [digit for digit in photo.digits if not digit.saved]
    return bool(unsaved) and all(
        outbox.wait(digit.found.prediction.id, 0) is Delivery.SAVED if digit.handed_over else outbox.has_room
        for digit in unsaved
    )


def _save_digit(photo: Photo, digit: PhotoDigit, outbox: Outbox, deadline: float) -> Delivery:
    if digit.saved:
        return Delivery.SAVED
    if not digit.handed_over:
        try:
            _hand_over(photo, digit, outbox)
        except OutboxFullError:
            return Delivery.FULL
    delivery = outbox.wait(digit.found.prediction.id, max(0.0, deadline - time.monotonic()))
    digit.saved = delivery is Delivery.SAVED
    return delivery


def _hand_over(photo: Photo, digit: PhotoDigit, outbox: Outbox) -> None:
    prediction = digit.found.prediction
    to_store = PredictionToStore(
        **prediction.model_dump(include={"digit", "confidence", "probabilities", "digit_score", "model"}),
        drawing=base64.b64encode(digit.drawing),
        source=photo.source,
        created_at=photo.read_at,
    )
    outbox.save(prediction.id, to_store)
    if digit.label is not None:
        outbox.label(prediction.id, digit.label)
    digit.handed_over, digit.drawing = True, b""
