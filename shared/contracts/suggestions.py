"""The answer of GET /v1/label-suggestions: the drawings whose label would help a model most."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.message import Message, PredictionId
from shared.contracts.storage import StoredPrediction, TrueDigit

Kind = Literal["doubtful", "disputed", "suspected"]
MAX_SKIPPED = 100


class SuggestionQuery(Message):
    """How many drawings to suggest, of which kind, and which to leave out, for example because a person skipped them.

    Without `kind`, all kinds are mixed.
    """

    limit: Annotated[int, Field(ge=1, le=20)] = 10
    kind: Kind | None = None
    skip: list[PredictionId] = Field(default_factory=list, max_length=MAX_SKIPPED)


class LabelSuggestion(StoredPrediction):
    """A drawing to label. `kind` says why: it has no label and its answer was not sure (`doubtful`), somebody says that
    it is something else than its label (`disputed`), or its label is likely wrong (`suspected`).

    `suggested` is what that other person says, or what a model says in place of the label; null for a doubtful drawing.
    `labelled_by_me` is true if the caller gave the label.
    """

    kind: Kind
    suggested: TrueDigit | None
    labelled_by_me: bool = False


class LabelSuggestions(Message):
    """The drawings whose label helps most, in the order in which to ask. Empty if there is nothing to ask."""

    suggestions: list[LabelSuggestion]
