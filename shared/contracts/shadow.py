"""What a model version in shadow answered for stored predictions, and how it compares with the versions in use.

A version in shadow reads the same drawings as the version in use. Its answers are stored and not shown.
"""

from typing import Annotated

from pydantic import Field, StrictBool

from shared.contracts.message import Digit, Message, Share
from shared.contracts.storage import Count, ModelToStore, StoredPrediction
from shared.contracts.strict import JsonDigit, JsonShare

# `name/version`. Control characters are forbidden, because PostgreSQL cannot store all of them.
VersionReference = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f-\x9f]+/[^\x00-\x1f\x7f-\x9f]+$", max_length=129)]


class ShadowAnswerToStore(Message):
    """The body of PUT /v1/predictions/{id}/shadow-answer: what `model` would have answered for this drawing."""

    digit: JsonDigit
    confidence: JsonShare
    digit_score: JsonShare
    rejected: StrictBool
    model: ModelToStore


class ShadowQuery(Message):
    """Which version to compare with those that answered."""

    model: VersionReference


class ShadowAnswer(Message):
    """What the version in shadow answered for one drawing."""

    digit: Digit
    confidence: Share
    digit_score: Share
    rejected: bool


class Disagreement(Message):
    """A prediction, and the other answer of the version in shadow."""

    prediction: StoredPrediction
    shadow: ShadowAnswer


class ShadowComparison(Message):
    """A version in shadow beside the versions that answered the same drawings.

    Of `answered` drawings, both showed the same for `agreed`: the same digit, or "not a digit". Of the `labelled` ones,
    `right` were answered rightly, `shadow_right` would have been by the version in shadow, and `only_right` and
    `only_shadow_right` by one of both alone. With `more`, only the newest answers were counted. `disagreements` are the
    newest that the caller may see.
    """

    answered: Count
    agreed: Count
    labelled: Count
    right: Count
    shadow_right: Count
    only_right: Count
    only_shadow_right: Count
    more: bool
    disagreements: list[Disagreement]
