"""The predictions that the filters select, as files: a CSV, or a ZIP with the drawings. Both have limits.

Storage is asked page by page, and drawings are fetched in parallel. A file is made in memory when its button is
pressed, so its size must be limited.
"""

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from services.frontend.elements.csv_file import disarm, write_csv
from services.frontend.storage_client import StorageClient
from shared.clients.service import RefusedError
from shared.contracts.storage import HistoryFilters, Order, StoredPrediction
from shared.exchange.parts import cut
from shared.picture_kinds import Kind, find_kind

MAX_ROWS = 10_000
MAX_DRAWINGS = 1_000
MAX_DRAWING_BYTES = 100 * 1024 * 1024  # in one ZIP, because it is made in memory
PAGE = 200  # predictions in one request
AT_ONCE = 8  # drawings fetched in parallel
COLUMNS = [
    "id",
    "created_at",
    "digit",
    "label",
    "confidence",
    "digit_score",
    "rejected",
    "model_name",
    "model_version",
    "source",
    "labelled_at",
    *(f"probability_{digit}" for digit in range(10)),
]
SUFFIXES: dict[Kind, str] = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


def make_csv(storage: StorageClient, filters: HistoryFilters, order: Order = "newest") -> bytes:
    """The first matching predictions, at most MAX_ROWS."""
    return write_csv(chain([COLUMNS], map(_cells_of, iterate_predictions(storage, filters, order, MAX_ROWS))))


def make_zip(storage: StorageClient, filters: HistoryFilters, order: Order = "newest") -> bytes:
    """The first matching drawings as stored, at most MAX_DRAWINGS and MAX_DRAWING_BYTES, and a CSV of them."""
    archive, rows, room = io.BytesIO(), [], MAX_DRAWING_BYTES
    predictions = iterate_predictions(storage, filters, order, MAX_DRAWINGS)
    with zipfile.ZipFile(archive, "w") as drawings, ThreadPoolExecutor(AT_ONCE) as threads:
        for chunk in cut(predictions, AT_ONCE):
            for prediction, drawing in zip(
                chunk, threads.map(lambda stored: _fetch(storage, stored), chunk), strict=True
            ):
                room -= len(drawing)
                if drawing and room >= 0:
                    name = f"drawings/{_name_of(prediction)}.{suffix_of(drawing)}"
                    drawings.writestr(name, drawing)  # pictures are compressed already
                    rows.append([name, *_cells_of(prediction)])
            if room < 0:
                break
        drawings.writestr("predictions.csv", write_csv([["file", *COLUMNS], *rows]), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def iterate_predictions(
    storage: StorageClient, filters: HistoryFilters, order: Order, most: int
) -> Iterator[StoredPrediction]:
    """The first matching predictions, at most `most`, requested page by page."""
    cursor = None
    while most > 0:
        page = storage.list_predictions(min(PAGE, most), filters, cursor=cursor, order=order)
        yield from page.predictions
        most -= len(page.predictions)
        cursor = page.next_cursor
        if cursor is None:
            return


def suffix_of(drawing: bytes) -> str:
    """`png`, `jpg` or `webp`, found by the first bytes; `bin` for anything else."""
    return SUFFIXES.get(find_kind(drawing), "bin")


def _cells_of(prediction: StoredPrediction) -> list[object]:
    return [
        prediction.id,
        prediction.created_at.isoformat(),
        prediction.digit,
        prediction.label,
        prediction.confidence,
        prediction.digit_score,
        prediction.rejected,
        disarm(prediction.model.name),
        disarm(prediction.model.version),
        prediction.source,
        prediction.labelled_at and prediction.labelled_at.isoformat(),
        *prediction.probabilities,
    ]


def _name_of(prediction: StoredPrediction) -> str:
    label = "" if prediction.label is None else f"_label-{prediction.label}"
    read = "rejected" if prediction.rejected else f"read-{prediction.digit}"
    return f"{prediction.created_at:%Y-%m-%d_%H-%M-%S}_{read}{label}_{prediction.id}"


def _fetch(storage: StorageClient, prediction: StoredPrediction) -> bytes:
    """The drawing; empty if it was deleted."""
    try:
        return storage.get_drawing(prediction.id)
    except RefusedError:
        return b""
