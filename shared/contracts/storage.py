"""The requests and answers of the storage service.

The service validates requests with these classes, and its clients validate the answers.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share
from shared.contracts.strict import PICTURE_PATTERN, JsonDigit, JsonShare, JsonTime

NOT_A_DIGIT: Final = "not_a_digit"
NotADigit = Literal["not_a_digit"]
TrueDigit = Digit | NotADigit  # what a person says a drawing is
Source = Literal["canvas", "upload", "camera", "api"]
Order = Literal["newest", "least_sure"]  # of the history
LEAST_SURE_WINDOW: Final = 10_000  # `least_sure` considers this many of the newest predictions that fit
Count = Annotated[int, Field(ge=0)]
# `name` or `name/version`. Control characters are forbidden, because PostgreSQL cannot store all of them.
ModelReference = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f-\x9f]+(/[^\x00-\x1f\x7f-\x9f]+)?$", max_length=129)]
Picture = Annotated[Base64, Field(json_schema_extra={"pattern": PICTURE_PATTERN})]  # storage checks it by its bytes
ModelPart = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]


class ModelToStore(ModelVersion):
    """A model version without control characters, because PostgreSQL cannot store all of them."""

    model_config = ConfigDict(from_attributes=True)  # also accept a ModelVersion

    name: ModelPart
    version: ModelPart


class PredictionToStore(Message):
    """The body of PUT /v1/predictions/{id}.

    `drawing` is the PNG, JPEG or WebP file as base64. `created_at` is the time of the prediction; storage uses its own
    clock if it is absent. `rejected` says that the digit score was below the threshold of the model version, so that
    the caller showed the drawing as "not a digit".
    """

    digit: JsonDigit
    confidence: JsonShare
    probabilities: Annotated[list[JsonShare], Field(min_length=10, max_length=10)]
    digit_score: JsonShare
    model: ModelToStore
    drawing: Picture
    source: Source = "api"
    created_at: JsonTime | None = None
    rejected: StrictBool = False


class Label(Message):
    """What a person says the drawing is: a digit, or not a digit. The body of PUT /v1/predictions/{id}/label.

    With `instead_of` the person takes back a label: `digit` is the one from before it.
    """

    digit: JsonDigit | NotADigit
    instead_of: JsonDigit | NotADigit | None = None


def is_right(digit: int, label: TrueDigit | None, *, rejected: bool) -> bool:
    """Whether the label agrees with the answer. To reject a drawing is right if it is not a digit."""
    return label == digit or (label == NOT_A_DIGIT and rejected)


class StoredPrediction(Message):
    """A prediction in the history.

    `label` is null until a person has given it. `mine` is true if the caller who asks has stored the prediction.
    """

    id: PredictionId
    created_at: datetime
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    model: ModelVersion
    source: Source
    label: TrueDigit | None
    labelled_at: datetime | None
    rejected: bool = False
    mine: bool = False


class HistoryFilters(Message):
    """Filters of the history. A prediction has to fit all of them.

    `digit` is the predicted digit and `label` the true one. `correct` keeps only labelled predictions, the right or the
    wrong ones. A prediction is right if its label is its digit, or if it was rejected and is not a digit. The period is
    `since` ≤ created_at < `until`. `mine` keeps only what the caller has stored.
    """

    digit: Digit | None = None
    label: TrueDigit | None = None
    labelled: bool | None = None
    correct: bool | None = None
    model: ModelReference | None = None
    source: Source | None = None
    since: JsonTime | None = None
    until: JsonTime | None = None
    mine: bool | None = None


class PredictionPage(Message):
    """One page of the history, newest prediction first, or least sure first if the request asked for that order.

    Send `next_cursor` as `cursor` to get the next page; it is null on the last page. Send `previous_cursor` as
    `newer_than` to get the page before; it is null on the first page.
    """

    predictions: list[StoredPrediction]
    next_cursor: str | None
    previous_cursor: str | None


class ModelVersions(Message):
    """Every model version that has a prediction in the history."""

    models: list[ModelVersion]


class PredictionCount(Message):
    """How many predictions fit the filters. Counting ends at a limit; `more` says whether there are more than that."""

    predictions: Count
    more: bool


class Accuracy(Message):
    """How many predictions have a label, and how many of those are correct. `accuracy` is null if none has a label."""

    predictions: Count
    labelled: Count
    correct: Count
    accuracy: Share | None


class RunningAccuracy(Message):
    """Accuracy over all labelled predictions from the oldest up to this one."""

    created_at: datetime
    labelled: Count
    accuracy: Share


class ConfidenceBin(Message):
    """The predictions with `lower` ≤ confidence < `upper`; the last bin also includes 1.0.

    `confidence` and `accuracy` are means over the labelled predictions of the bin, null if it has none.
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


class Rejections(Message):
    """How many predictions were rejected as "not a digit".

    Of the labelled ones, `right` were rejected and are not a digit, `wrong` were rejected and are a digit, and `missed`
    were not rejected and are not a digit.
    """

    rejected: Count
    right: Count
    wrong: Count
    missed: Count


class Statistics(Message):
    """Statistics of the predictions that fit the filters.

    `confusion[label][digit]` counts predictions whose label is a digit. `running_accuracy` has one entry for each of
    the latest 200 labelled predictions.
    """

    overall: Accuracy
    running_accuracy: list[RunningAccuracy]
    confusion: list[list[Count]]
    rejections: Rejections
    confidence_bins: list[ConfidenceBin]
    by_model: list[ModelAccuracy]
    by_day: list[DayAccuracy]


class LabelledDrawing(Message):
    """One line of GET /v1/labelled-drawings: a drawing as it was sent, its label, and whose they are.

    `known_at` says when storage last learned something of the label: when it was given, imported or confirmed.
    `owner` tells apart who stored the drawing and `labelled_by` who gave the label; both are null for the token of the
    installation, and `labelled_by` also for an import. `digit`, `rejected` and `model` are the answer that was given.
    `suspected` says that the label was found likely wrong and nobody has looked at it yet, `reviewed` that a curator
    has confirmed a label that was suspected.
    """

    id: PredictionId
    label: TrueDigit
    labelled_at: datetime
    known_at: datetime
    owner: UUID | None
    labelled_by: UUID | None
    digit: Digit
    rejected: bool
    model: ModelVersion
    suspected: bool
    reviewed: bool
    drawing: Base64
