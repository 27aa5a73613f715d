"""The request and the answer of PUT /v1/suspected-labels: labels that are likely wrong, for people to look at.

`training/refine` finds them. A label that was suspected and that nobody has reviewed is neither learned from nor
forgotten.
"""

from typing import Annotated

from pydantic import FailFast, Field

from shared.contracts.message import Message, PredictionId
from shared.contracts.storage import Count, ModelToStore, NotADigit
from shared.contracts.strict import JsonDigit, JsonShare

MAX_SUSPECTED = 50_000  # labels in one request; a refinement reads no more drawings


class SuspectedLabel(Message):
    """A label that is likely wrong. `label` is what it was when it was read, and `probability` that it is right."""

    id: PredictionId
    label: JsonDigit | NotADigit
    suggested: JsonDigit | NotADigit
    probability: JsonShare


class SuspectedLabels(Message):
    """The body of PUT /v1/suspected-labels: all labels that are suspected now, and the model that was asked."""

    model: ModelToStore
    suspected: Annotated[list[SuspectedLabel], Field(max_length=MAX_SUSPECTED), FailFast()]


class SuspectedLabelsStored(Message):
    """How many labels are under suspicion now, and how many of the request are not.

    The latter were changed or removed since they were read, or a curator has confirmed them.
    """

    stored: Count
    skipped: Count
