"""A pair of IDX files, images and labels → labelled predictions in a running Slate, a part at a time.

The files hold no prediction, and an invented one would make the statistics wrong. So inference is asked for its answer
to each image, and storage gets what it would get for any other drawing, with the label of the file. The id follows from
place, image and label, so a run that was stopped is continued by the same command and stores nothing twice.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import cv2
import numpy as np

from shared.clients.inference import InferenceClient
from shared.clients.service import ServiceUnavailableError
from shared.contracts.exchange import ImportResult
from shared.contracts.inference import Prediction
from shared.contracts.storage import TrueDigit
from shared.exchange.client import ExchangeClient, Row
from shared.exchange.errors import FileError
from shared.exchange.idx_file import open_idx
from shared.exchange.parts import cut
from shared.exchange.sending import send_parts

PART_DRAWINGS = 100  # in one question to inference and in one request to storage
PART_BYTES = 8 * 1024 * 1024  # of them; both services take 16 MiB, and base64 needs a third more
LARGEST_BYTES = 12 * 1024 * 1024 - 64 * 1024  # a larger picture cannot be stored
IDS = UUID("7f0f2f6a-6f0d-4c0b-9c1e-51a7e0000022")  # arbitrary; the namespace of ids that follow from a drawing


@dataclass(frozen=True)
class LabelledDrawing:
    """A picture file, its label, and the id of its prediction."""

    id: UUID
    picture: bytes
    label: TrueDigit


class Answers:
    """Asks inference, and counts the drawings that it could not read, such as empty ones, or that are too large."""

    def __init__(self, inference: InferenceClient) -> None:
        self._inference = inference
        self._thresholds: dict[str, float] = {}
        self.unreadable = 0

    def make_rows(self, drawings: list[LabelledDrawing]) -> list[Row]:
        """Return what storage gets for those drawings that inference can read."""
        asked = [drawing for drawing in drawings if len(drawing.picture) <= LARGEST_BYTES]
        answers = self._inference.predict_batch([drawing.picture for drawing in asked]).predictions if asked else []
        rows = [
            self._make_row(drawing, answer)
            for drawing, answer in zip(asked, answers, strict=True)
            if isinstance(answer, Prediction)
        ]
        self.unreadable += len(drawings) - len(rows)
        return rows

    def _find_threshold(self, answer: Prediction) -> float:
        """Of an older inference that does not say it, from its list. ServiceUnavailableError if that lacks it."""
        if answer.digit_score_threshold is not None:
            return answer.digit_score_threshold
        model = str(answer.model)
        if model not in self._thresholds:
            models = self._inference.list_models().models
            self._thresholds = {listed.reference: listed.digit_score_threshold for listed in models}
        if model not in self._thresholds:
            raise ServiceUnavailableError(f"Inference answered with {model}, which it does not list.")
        return self._thresholds[model]

    def _make_row(self, drawing: LabelledDrawing, answer: Prediction) -> Row:
        now = datetime.now(UTC).isoformat()
        return {
            **answer.model_dump(mode="json", include={"digit", "confidence", "probabilities", "digit_score", "model"}),
            "id": str(drawing.id),
            "created_at": now,
            "rejected": answer.digit_score < self._find_threshold(answer),
            "source": "api",
            "label": drawing.label,
            "labelled_at": now,
            "drawing": base64.b64encode(drawing.picture).decode(),
        }


def import_idx(
    storage: ExchangeClient,
    inference: InferenceClient,
    images: Path,
    labels: Path,
    progress: Callable[[int], object],
) -> tuple[ImportResult, int]:
    """Import two files → how many were stored and existed, and how many inference could not read. FileError."""
    with _open_drawings(images, labels) as drawings:
        return import_drawings(storage, inference, drawings, progress)


def import_drawings(
    storage: ExchangeClient,
    inference: InferenceClient,
    drawings: Iterable[LabelledDrawing],
    progress: Callable[[int], object],
) -> tuple[ImportResult, int]:
    """Ask inference about each drawing and store its answers → as `import_idx`."""
    answers = Answers(inference)
    parts = cut(drawings, PART_DRAWINGS, lambda drawing: len(drawing.picture), PART_BYTES)
    rows = (made for part in parts if (made := answers.make_rows(part)))
    return send_parts(storage, rows, progress), answers.unreadable


@contextmanager
def _open_drawings(images: Path, labels: Path) -> Iterator[Iterator[LabelledDrawing]]:
    with open_idx(images, 3) as (shape, pictures), open_idx(labels, 1) as ((count,), digits):
        if shape[0] != count:
            raise FileError(f"{images} has {shape[0]:,} images, but {labels} has {count:,} labels.")
        height, width = shape[1:]
        yield (
            _make_drawing(number, np.frombuffer(picture, np.uint8).reshape(height, width), digit[0], labels)
            for number, (picture, digit) in enumerate(zip(pictures, digits, strict=True))
        )


def _make_drawing(number: int, image: np.ndarray, label: int, labels: Path) -> LabelledDrawing:
    if label > 9:
        raise FileError(f"{labels} has the label {label}, which is no digit.")
    _, png = cv2.imencode(".png", image)
    drawing_id = uuid5(IDS, f"{number} {label} {image.shape} {image.tobytes().hex()}")
    return LabelledDrawing(drawing_id, png.tobytes(), label)
