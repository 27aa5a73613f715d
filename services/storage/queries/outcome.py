"""The outcome of a prediction, in SQL and for filters: 0 without a label, 1 if the label says it is right, 2 if wrong.

A prediction is right if its label is its digit, or if it was rejected and is not a digit. The indexes of the history
begin with this expression, so a query must write it in exactly this form.
"""

from services.storage.queries.true_digit import NOT_A_DIGIT_NUMBER, encode_label
from shared.contracts.storage import HistoryFilters

UNLABELLED, RIGHT, WRONG = 0, 1, 2
OUTCOME = f"""(CASE WHEN label IS NULL THEN {UNLABELLED}
WHEN label = digit OR (label = {NOT_A_DIGIT_NUMBER} AND rejected) THEN {RIGHT} ELSE {WRONG} END)"""


def choose_outcomes(filters: HistoryFilters) -> list[int]:
    """Return the outcomes that fit `labelled`, `correct` and `label`; empty if these contradict each other."""
    outcomes = {UNLABELLED, RIGHT, WRONG}
    if filters.labelled is not None:
        outcomes &= {RIGHT, WRONG} if filters.labelled else {UNLABELLED}
    if filters.correct is not None:
        outcomes &= {RIGHT if filters.correct else WRONG}
    if filters.label is not None:
        outcomes &= {RIGHT, WRONG}
    return sorted(outcomes)


def can_be(outcome: int, digit: int, filters: HistoryFilters) -> bool:
    """Return whether a prediction of this digit can have this outcome under the filter of the label."""
    if filters.label is None or encode_label(filters.label) == NOT_A_DIGIT_NUMBER:
        return True
    return (outcome == RIGHT) == (digit == filters.label)
