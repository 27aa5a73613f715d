"""The export and the import of predictions: the requests and answers of two routes of storage for curators.

An exported prediction has everything that storage knows of it, so that another Slate can import it.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import FailFast, Field, StrictBool

from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share
from shared.contracts.storage import Count, ModelToStore, NotADigit, Picture, Source, TrueDigit
from shared.contracts.strict import JsonDigit, JsonShare, JsonTime

MAX_IMPORTED = 2_000  # predictions in one request


class ExportedPrediction(Message):
    """One line of GET /v1/export. `drawing` is null if the export was asked for without drawings.

    `owner` tells apart who stored the prediction, and is null if nobody owns it. It gives no right to anybody.
    """

    id: PredictionId
    created_at: datetime
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    rejected: bool
    model: ModelVersion
    source: Source
    owner: UUID | None
    label: TrueDigit | None
    labelled_at: datetime | None
    drawing: Base64 | None


class PredictionToImport(Message):
    """A prediction as it was exported, with its drawing. A label without its time gets that of the import."""

    id: PredictionId
    created_at: JsonTime
    digit: JsonDigit
    confidence: JsonShare
    probabilities: Annotated[list[JsonShare], Field(min_length=10, max_length=10)]
    digit_score: JsonShare
    rejected: StrictBool = False
    model: ModelToStore
    source: Source
    owner: UUID | None = None
    label: JsonDigit | NotADigit | None = None
    labelled_at: JsonTime | None = None
    drawing: Picture


class ImportRequest(Message):
    """The body of POST /v1/import."""

    predictions: Annotated[list[PredictionToImport], Field(max_length=MAX_IMPORTED), FailFast()]


class ImportResult(Message):
    """How many predictions were stored, and how many were not because their id exists already."""

    stored: Count
    existing: Count
