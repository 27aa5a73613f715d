"""What people drew and said the true digit of: streamed from storage, made into images by today's preprocessing.

Storage keeps no person, so the parts are made by the prediction's id: a label that comes later moves no other drawing.
"""

import logging
from collections.abc import Iterator

import httpx
import numpy as np
from pydantic import ValidationError

from shared.contracts.storage import LabelledDrawing
from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE
from shared.recognition.preprocessing import Image, preprocess
from training.data.labelled_images import LabelledImages, Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError

log = logging.getLogger(__name__)

TEST_SHARE = 0.1  # of the drawings
VALIDATION_SHARE = 0.1
WHICH_TO_GIVE = "give the one that storage was started with, in STORAGE_TOKEN"
TIMEOUT_S = 30.0  # between two pieces of the stream, not for the whole of it


def load_labelled_drawings(split: Split, storage_url: str, token: str) -> LabelledImages:
    """The readable drawings of that part, oldest label first; there may be none.

    DataUnavailableError where storage can't be reached, refuses, or stops half-way.
    """
    images: list[Image] = []
    labels: list[int] = []
    unreadable = 0
    for drawing in stream_labelled_drawings(storage_url, token):
        if split_by_name(str(drawing.id), test=TEST_SHARE, validation=VALIDATION_SHARE) != split:
            continue
        try:
            images.append(preprocess(drawing.drawing))
        except DrawingError as error:
            unreadable += 1
            log.warning("labelled drawing %s left out: %s", drawing.id, error)
        else:
            labels.append(drawing.label)
    log.info("labelled drawings, %s: %d read, %d left out", split, len(labels), unreadable)
    return LabelledImages(np.array(images, np.uint8).reshape(-1, SIDE, SIDE), np.array(labels, np.int64))


def stream_labelled_drawings(storage_url: str, token: str) -> Iterator[LabelledDrawing]:
    """Every labelled drawing, one at a time. DataUnavailableError as above, at any point of the stream."""
    if not token:
        raise DataUnavailableError(f"No token for storage is given: {WHICH_TO_GIVE}.")
    try:
        with httpx.stream(
            "GET",
            f"{storage_url.rstrip('/')}/v1/labelled-drawings",
            headers={b"Authorization": f"Bearer {token}".encode()},
            timeout=TIMEOUT_S,
        ) as response:
            _check(response, storage_url)
            for line in response.iter_lines():
                yield LabelledDrawing.model_validate_json(line)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # its name only: its text may quote the token
        raise DataUnavailableError(
            f"Storage at {storage_url} could not be read ({type(error).__name__}): start it, or give another URL."
        ) from error
    except ValidationError as error:
        raise DataUnavailableError(
            f"{storage_url} answered something else than labelled drawings: give the URL of storage."
        ) from error


def _check(response: httpx.Response, storage_url: str) -> None:
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise DataUnavailableError(f"Storage at {storage_url} refused the token: {WHICH_TO_GIVE}.")
    if not response.is_success:
        raise DataUnavailableError(
            f"Storage at {storage_url} answered {response.status_code} {response.reason_phrase}: "
            "try again once it is ready."
        )
