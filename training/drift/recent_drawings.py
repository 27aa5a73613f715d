"""Reads the newest digits that a version read, through storage's API, and measures their ink.

The history says which predictions they are, and the export has their drawings. Both are read in pages, and a drawing is
dropped as soon as its ink is measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from shared.clients.service import RefusedError, ServiceClient, ServiceUnavailableError
from shared.contracts.drift import Measure
from shared.contracts.exchange import ExportedPrediction
from shared.contracts.storage import NOT_A_DIGIT, PredictionPage, Source, StoredPrediction
from shared.recognition.errors import DrawingError
from shared.recognition.ink_measures import measure_ink
from training.drift.histograms import EDGES, list_ink
from training.errors import DataUnavailableError

NEXT_CURSOR = "X-Next-Cursor"
HISTORY_ROWS = 200  # in one request; storage answers no more
EXPORT_ROWS = 500
MOST_LISTED = 20_000  # predictions; if most of them are left out, fewer digits than wanted are found
MOST_EXPORTED = 20_000  # predictions of other versions among them; the newest digits are then left out
PROGRAMS: Source = "api"  # drawings that did not come through the page


@dataclass
class RecentDrawings:
    """The digits that were read: their sources and values (N,) by measure, NaN where the ink cannot be measured.

    `left_out` are drawings that are not digits, or that programs sent. `owners` are those of the digits, and None.
    """

    sources: list[Source] = field(default_factory=list)
    values: dict[Measure, list[float]] = field(default_factory=lambda: {measure: [] for measure in EDGES})
    owners: set[UUID | None] = field(default_factory=set)
    left_out: int = 0

    def __len__(self) -> int:
        """Return the number of digits."""
        return len(self.sources)

    def add(self, prediction: ExportedPrediction) -> None:
        """Add a digit and measure its ink."""
        self.sources.append(prediction.source)
        self.owners.add(prediction.owner)
        values: dict[Measure, float] = {
            "digit": prediction.digit,
            "confidence": prediction.confidence,
            "digit_score": prediction.digit_score,
            **_measure_ink(prediction.drawing or b""),
        }
        for measure, known in self.values.items():
            known.append(values.get(measure, float("nan")))

    def select(self, measure: Measure, sources: Sequence[Source]) -> tuple[NDArray[np.float64], list[Source]]:
        """Return the known values of a measure in drawings of these sources (M,), and the source of each."""
        kept = [
            (value, source)
            for value, source in zip(self.values[measure], self.sources, strict=True)
            if source in sources and not np.isnan(value)
        ]
        return np.array([value for value, _ in kept]), [source for _, source in kept]


def read_recent_drawings(
    storage: ServiceClient, model: str, since: datetime, most: int, *, programs: bool = False
) -> RecentDrawings:
    """Read the newest digits of `name/version`, at most `most` of them. `programs`: also those that programs sent.

    DataUnavailableError if storage cannot be reached, refuses the token, or is no storage.
    """
    try:
        return _read(storage, model, since, most, programs=programs)
    except ServiceUnavailableError as error:
        raise DataUnavailableError(f"Storage could not be read: {error}") from error
    except RefusedError as error:
        raise DataUnavailableError(
            f"Storage refused to tell: {error.problem.detail} Set STORAGE_TOKEN to a token with the right to export."
        ) from error
    except ValidationError as error:
        raise DataUnavailableError("Storage sent an answer of an unexpected form.") from error


def _read(storage: ServiceClient, model: str, since: datetime, most: int, *, programs: bool) -> RecentDrawings:
    recent, wanted = RecentDrawings(), set()
    begin = since
    for prediction in islice(_list_newest(storage, model, since), MOST_LISTED):
        if not _is_digit(prediction) or (prediction.source == PROGRAMS and not programs):
            recent.left_out += 1
            continue
        wanted.add(prediction.id)
        begin = prediction.created_at
        if len(wanted) == most:
            break
    for exported in _export(storage, begin) if wanted else ():
        if exported.id in wanted:
            recent.add(exported)
    return recent


def _is_digit(prediction: StoredPrediction) -> bool:
    """Whether people say that it is a digit, or the version does and nobody says otherwise."""
    return not prediction.rejected if prediction.label is None else prediction.label != NOT_A_DIGIT


def _list_newest(storage: ServiceClient, model: str, since: datetime) -> Iterator[StoredPrediction]:
    query = {"model": model, "since": since.isoformat(), "limit": str(HISTORY_ROWS)}
    cursor: str | None = ""
    while cursor is not None:
        page = storage.ask(
            PredictionPage, "GET", "/v1/predictions", params=query | ({"cursor": cursor} if cursor else {})
        )
        yield from page.predictions
        cursor = page.next_cursor


def _export(storage: ServiceClient, since: datetime) -> Iterator[ExportedPrediction]:
    query = {"since": since.isoformat(), "limit": str(EXPORT_ROWS)}
    cursor: str | None = ""
    read = 0
    while cursor is not None and read < MOST_EXPORTED:
        response = storage.request("GET", "/v1/export", params=query | ({"cursor": cursor} if cursor else {}))
        for line in response.content.splitlines():
            read += 1
            yield ExportedPrediction.model_validate_json(line, extra="ignore")
        cursor = response.headers.get(NEXT_CURSOR)


def _measure_ink(drawing: bytes) -> Mapping[Measure, float]:
    try:
        return list_ink(measure_ink(drawing))
    except DrawingError:
        return {}
