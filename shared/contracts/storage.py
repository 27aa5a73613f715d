"""What storage takes and answers."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share

Source = Literal["canvas", "upload", "camera", "api"]
Count = Annotated[int, Field(ge=0)]
# `name` or `name/version`; no control characters, of which PostgreSQL can't hold every one.
ModelReference = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f-\x9f]+(/[^\x00-\x1f\x7f-\x9f]+)?$", max_length=129)]
# Years that every time zone, Python and PostgreSQL can all write.
ReadingTime = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(9999, 1, 1, tzinfo=UTC))]


class PredictionToStore(Message):
    """Body of PUT /v1/predictions/{id}. `drawing` is base64 of the picture as it came: PNG, JPEG or WebP.

    `created_at` is when the digit was read; storage takes its own clock where it is absent.
    """

    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    model: ModelVersion
    drawing: Base64
    source: Source = "api"
    created_at: ReadingTime | None = None


class Label(Message):
    """The true digit, from a person. Body of PUT /v1/predictions/{id}/label."""

    digit: Digit


class StoredPrediction(Message):
    """A prediction in the history; `label` is None until a person has said what the true digit is."""

    id: PredictionId
    created_at: datetime
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    model: ModelVersion
    source: Source
    label: Digit | None
    labelled_at: datetime | None


class HistoryFilters(Message):
    """Filters narrow the history together. `digit` is what was read, `label` what was meant.

    `correct` keeps labelled predictions only; `since` ≤ created_at < `until`.
    """

    digit: Digit | None = None
    label: Digit | None = None
    labelled: bool | None = None
    correct: bool | None = None
    model: ModelReference | None = None
    source: Source | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class PredictionPage(Message):
    """Newest first; `next_cursor`, as `cursor`, asks for the older page after this one and is None on the last.

    `previous_cursor`, as `newer_than`, asks for the newer page before it and is None on the first.
    """

    predictions: list[StoredPrediction]
    next_cursor: str | None
    previous_cursor: str | None


class ModelVersions(Message):
    """Every model version that a prediction in the history was made by."""

    models: list[ModelVersion]


class PredictionCount(Message):
    """How many predictions fit; they are counted up to a limit, and `more` says that there are more than that."""

    predictions: Count
    more: bool


class Accuracy(Message):
    """How many labelled predictions there are and how many are right; `accuracy` is None where none is labelled."""

    predictions: Count
    labelled: Count
    correct: Count
    accuracy: Share | None


class RunningAccuracy(Message):
    """Accuracy over the labelled predictions up to and including this one, oldest first."""

    created_at: datetime
    labelled: Count
    accuracy: Share


class ConfidenceBin(Message):
    """Predictions with `lower` ≤ confidence < `upper` (the last bin holds 1.0 too).

    `confidence` and `accuracy` are means over the labelled ones, None where there is none.
    """

    lower: Share
    upper: Share
    predictions: Count
    labelled: Count
    confidence: Share | None
    accuracy: Share | None


class ModelAccuracy(Accuracy):
    """Accuracy of one model version."""

    model: ModelVersion


class DayAccuracy(Accuracy):
    """Accuracy of the predictions of one UTC day."""

    day: date


class Statistics(Message):
    """Everything the history adds up to. `confusion[label][digit]` counts labelled predictions.

    `running_accuracy` holds the latest labelled predictions, at most 200.
    """

    overall: Accuracy
    running_accuracy: list[RunningAccuracy]
    confusion: list[list[Count]]
    confidence_bins: list[ConfidenceBin]
    by_model: list[ModelAccuracy]
    by_day: list[DayAccuracy]


class LabelledDrawing(Message):
    """One line of GET /v1/labelled-drawings: a drawing as it came, and its true digit."""

    id: PredictionId
    label: Digit
    labelled_at: datetime
    drawing: Base64
