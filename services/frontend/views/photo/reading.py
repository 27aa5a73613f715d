"""Reads a picture: sends it to inference and takes over the reading. Also saves its digits, through the outbox.

Both happen once for each picture, however often the page runs.
"""

import time
from collections.abc import Callable, Sequence

import structlog

from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.elements.sentences import describe_failure
from services.frontend.saving.outbox import Delivery, find_worst
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.views.photo.picture import check_file, make_sendable, make_views, turn
from services.frontend.views.photo.state import Photo, PhotoDigit
from shared.clients.inference import PICTURE_PROBLEMS
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading, Rotation
from shared.contracts.storage import Source

logger = structlog.get_logger(__name__)

MAX_STORED_BYTES = 10 * 1024 * 1024  # storage takes almost 12 MiB; of a larger picture the cutout is stored
CARDS = 12  # digits that the page shows at once
MAX_FAILURES = 3  # for one picture, while the recogniser is ready
NOT_READ = "The recogniser could not read this picture."
FAILED = "This picture can't be shown because of an error in Slate. The others are not affected."
Read = Callable[[bytes, Rotation | None], PageReading]  # asks inference. ServiceUnavailableError, RefusedError


def make_photo(file_id: str, name: str, source: Source, data: bytes) -> Photo:
    """A photo that waits to be read. If its file can't be read at all, it has a problem instead of its bytes."""
    try:
        check_file(data)
    except UnshowablePictureError as error:
        return Photo(file_id, name, source, b"", problem=str(error))
    return Photo(file_id, name, source, data)


def try_to_read(
    photo: Photo,
    read: Read,
    find_threshold: Callable[[Prediction], float],
    is_inference_ready: Callable[[], bool],
) -> bool:
    """Returns False if the recogniser is away. After MAX_FAILURES while it was ready, the photo gets a problem.

    Any other error is a problem of this photo, so that it can't occur again in every run of the page.
    """
    try:
        read_photo(photo, read, find_threshold)
    except ServiceUnavailableError as error:
        if not is_inference_ready():
            return False
        photo.failures += 1
        if photo.failures >= MAX_FAILURES:
            photo.problem = describe_failure(NOT_READ, error)
    except Exception:
        logger.exception("photo_failed", bytes=len(photo.data))
        photo.problem, photo.data = FAILED, b""
    return True


def read_photo(photo: Photo, read: Read, find_threshold: Callable[[Prediction], float]) -> None:
    """Fills in the reading and its digits, or the problem. The bytes are dropped if the picture itself is the problem.

    ServiceUnavailableError: the photo still waits to be read.
    """
    try:
        converted = make_sendable(photo.data)
        photo.data, photo.has_more = converted.data, photo.has_more or converted.has_more
        sendable = turn(photo.data, photo.turn)
        reading = read(sendable, 0 if photo.turned_by_hand else None)
        take_reading(photo, sendable, reading, find_threshold)
    except RefusedError as refused:
        photo.problem = refused.problem.detail
        if refused.problem.code in PICTURE_PROBLEMS:
            photo.data = b""
    except UnshowablePictureError as error:
        photo.problem, photo.data = str(error), b""


def take_reading(
    photo: Photo, data: bytes, reading: PageReading, find_threshold: Callable[[Prediction], float]
) -> None:
    """Fills in the preview, the reading and the digits. `data` is the file that was read. UnshowablePictureError."""
    boxes = [digit.box for digit in reading.digits]
    photo.preview, cutouts = make_views(data, reading.rotation, reading.width, boxes)
    is_single = len(cutouts) == 1 and len(data) <= MAX_STORED_BYTES
    threshold = find_threshold(reading.digits[0].prediction) if reading.digits else 0.0
    photo.digits = [
        PhotoDigit(
            drawing=data if is_single else cutout.stored,
            prediction=found.prediction,
            digit_score_threshold=threshold,
            source=photo.source,
            created_at=photo.received_at,
            found=found,
            cutout=cutout.shown,
            paper=cutout.paper,
        )
        for found, cutout in zip(reading.digits, cutouts, strict=True)
    ]
    photo.cards, photo.reading = order_cards(photo.digits), reading


def order_cards(digits: Sequence[PhotoDigit]) -> list[int]:
    """The order of the cards: reading order if all fit on one page, else the doubtful digits first, the worst in front.

    It is fixed once, so that no card moves while the visitor corrects digits.
    """
    places = range(len(digits))
    if len(digits) <= CARDS:
        return list(places)

    def rank(place: int) -> float:
        digit = digits[place]
        if not digit.is_doubtful:
            return 1.0
        return -1.0 if digit.is_rejected else digit.prediction.confidence

    return sorted(places, key=rank)


def save_photo(photo: Photo, outbox: PersonalOutbox, timeout_s: float) -> Delivery:
    """Saves all digits, waiting at most `timeout_s` in total. Returns the worst of their deliveries."""
    if photo.example:
        return Delivery.SAVED
    deadline = time.monotonic() + timeout_s
    deliveries = set()
    for digit in photo.digits:
        deliveries.add(digit.save(outbox, max(0.0, deadline - time.monotonic())))
        if digit.handed_over:
            digit.drawing = b""  # the outbox has it
    return find_worst(deliveries)


def can_progress(photo: Photo, outbox: PersonalOutbox) -> bool:
    """Whether another `save_photo` would make progress with all unsaved digits."""
    unsaved = [] if photo.is_saved else [digit for digit in photo.digits if not digit.saved]
    return bool(unsaved) and all(digit.can_progress(outbox) for digit in unsaved)
