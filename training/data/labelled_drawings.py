"""Loads the drawings that people labelled: streams them from storage and preprocesses them into images.

Storage does not know who made a drawing, so the splits are made by the prediction's id and not by writer. A drawing
that is labelled later moves no other drawing to another split. Drawings that are not digits are only trained on,
because validation and test measure how digits are read.
"""

import logging
from collections.abc import Iterator

import httpx
import numpy as np
from pydantic import ValidationError

from shared.contracts.storage import LabelledDrawing, TrueDigit
from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE
from shared.recognition.preprocessing import Image, preprocess
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages, Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError

log = logging.getLogger(__name__)

TEST_SHARE = 0.1  # share of the drawings
VALIDATION_SHARE = 0.1  # share of the drawings
HOW_TO_GIVE_IT = "set STORAGE_TOKEN to the token that storage was started with"
TIMEOUT_S = 30.0  # longest wait for the next piece of the stream, not for the whole stream


def load_labelled_drawings(split: Split, storage_url: str, token: str) -> LabelledImages:
    """Return the readable drawings of that split, oldest label first. There may be none.

    DataUnavailableError if storage cannot be reached, refuses the token, or stops before the end.
    """
    images: list[Image] = []
    labels: list[int] = []
    unreadable = 0
    for drawing in stream_labelled_drawings(storage_url, token):
        if not _belongs_to(split, drawing):
            continue
        try:
            images.append(preprocess(drawing.drawing))
        except DrawingError as error:
            unreadable += 1
            log.warning("left out labelled drawing %s: %s", drawing.id, error)
        else:
            labels.append(_number_label(drawing.label))
    log.info("labelled drawings for %s: %d loaded, %d left out", split, len(labels), unreadable)
    return LabelledImages(np.array(images, np.uint8).reshape(-1, SIDE, SIDE), np.array(labels, np.int64))


def _belongs_to(split: Split, drawing: LabelledDrawing) -> bool:
    if split != "train" and _number_label(drawing.label) == NOT_A_DIGIT:
        return False
    return split_by_name(str(drawing.id), test=TEST_SHARE, validation=VALIDATION_SHARE) == split


def _number_label(label: TrueDigit) -> int:
    return label if isinstance(label, int) else NOT_A_DIGIT


def stream_labelled_drawings(storage_url: str, token: str) -> Iterator[LabelledDrawing]:
    """Yield every labelled drawing, one at a time. DataUnavailableError as above, at any point of the stream."""
    if not token:
        raise DataUnavailableError(f"No token for storage was given: {HOW_TO_GIVE_IT}.")
    try:
        with httpx.stream(
            "GET",
            f"{storage_url.rstrip('/')}/v1/labelled-drawings",
            headers={b"Authorization": f"Bearer {token}".encode()},
            timeout=TIMEOUT_S,
        ) as response:
            _check_status(response, storage_url)
            for line in response.iter_lines():
                yield LabelledDrawing.model_validate_json(line)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # show only its type: its text may contain the token
        raise DataUnavailableError(
            f"Storage at {storage_url} could not be read ({type(error).__name__}): "
            "start it, or give another URL with --storage-url."
        ) from error
    except ValidationError as error:
        raise DataUnavailableError(
            f"{storage_url} did not answer with labelled drawings: give the URL of storage with --storage-url."
        ) from error


def _check_status(response: httpx.Response, storage_url: str) -> None:
    """DataUnavailableError if storage did not answer with labelled drawings."""
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise DataUnavailableError(f"Storage at {storage_url} refused the token: {HOW_TO_GIVE_IT}.")
    if not response.is_success:
        raise DataUnavailableError(
            f"Storage at {storage_url} answered {response.status_code} {response.reason_phrase}: "
            "try again once it is ready."
        )
