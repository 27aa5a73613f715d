"""The drawings that people labelled, prepared for the network, as arrays of equal length, oldest label first.

Training reads them from storage. A refinement keeps them in a file, so that it continues with the same ones.
"""

import logging
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.atomic_file import replacing
from shared.contracts.storage import LabelledDrawing, TrueDigit
from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image, preprocess
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages
from training.data.labelled_stream import stream_labelled_drawings
from training.errors import UnusableRunError

log = logging.getLogger(__name__)

MOST_DRAWINGS = 50_000  # the newest; as images they take 40 MB
Names = NDArray[np.str_]  # (N,) UUIDs as texts, "" where there is none


@dataclass(frozen=True)
class PeopleDrawings:
    """One entry for each drawing. `owners` are who made the drawings and `labelled_by` who gave the labels."""

    ids: Names
    owners: Names  # "" if it was stored with the token of the installation
    labelled_by: Names  # "" for the installation and for an import
    labels: NDArray[np.int64]  # (N,) 0..9 or NOT_A_DIGIT
    times: NDArray[np.float64]  # (N,) `known_at` in seconds since 1970
    suspected: NDArray[np.bool_]  # (N,) the label was found likely wrong, and nobody has looked at it
    reviewed: NDArray[np.bool_]  # (N,) a curator has confirmed the label after it was suspected
    images: Images  # (N, 28, 28) uint8

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: NDArray[np.int64]) -> LabelledImages:
        """Return the images and labels at these positions."""
        return LabelledImages(self.images[rows], self.labels[rows])


def fetch_drawings(storage_url: str, token: str, newest: int = MOST_DRAWINGS) -> PeopleDrawings:
    """Read the newest labelled drawings from storage. There may be none. DataUnavailableError."""
    return prepare_drawings(stream_labelled_drawings(storage_url, token, newest))


def prepare_drawings(drawings: Iterable[LabelledDrawing]) -> PeopleDrawings:
    """Prepare the readable drawings. Only their images are kept in memory."""
    read: list[LabelledDrawing] = []
    images: list[Image] = []
    unreadable = 0
    for drawing in drawings:
        try:
            images.append(preprocess(drawing.drawing))
        except DrawingError as error:
            unreadable += 1
            log.warning("left out labelled drawing %s: %s", drawing.id, error)
        else:
            read.append(drawing.model_copy(update={"drawing": b""}))
    log.info("labelled drawings: %d loaded, %d left out", len(read), unreadable)
    return PeopleDrawings(
        ids=np.array([str(one.id) for one in read], np.str_),
        owners=np.array([str(one.owner or "") for one in read], np.str_),
        labelled_by=np.array([str(one.labelled_by or "") for one in read], np.str_),
        labels=np.array([number_label(one.label) for one in read], np.int64),
        times=np.array([one.known_at.timestamp() for one in read], np.float64),
        suspected=np.array([one.suspected for one in read], np.bool_),
        reviewed=np.array([one.reviewed for one in read], np.bool_),
        images=np.array(images, np.uint8).reshape(-1, SIDE, SIDE),
    )


def number_label(label: TrueDigit) -> int:
    """Return the digit, or NOT_A_DIGIT."""
    return label if isinstance(label, int) else NOT_A_DIGIT


def save_drawings(drawings: PeopleDrawings, path: Path) -> None:
    """Write the drawings to a file, in one atomic step."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **asdict(drawings))


def load_drawings(path: Path) -> PeopleDrawings:
    """Read the file that `save_drawings` wrote. UnusableRunError if it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return PeopleDrawings(**arrays)
    except (OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise UnusableRunError(f"{path} is missing or damaged: give --run another name to start again.") from error
