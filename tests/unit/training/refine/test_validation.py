"""Which objections of validation data allow a second try, half of the way."""

import numpy as np
import pytest

from training.data.labelled_images import NOT_A_DIGIT
from training.data.slices import PreparedSlice
from training.evaluation.paired import Comparison
from training.refine.validation import only_accepts_more

EXAMPLES = 100
BEFORE, FEWER = np.ones(EXAMPLES, bool), np.arange(EXAMPLES) >= 20


def make_slice(name: str, label: int) -> PreparedSlice:
    return PreparedSlice(
        name, np.zeros((EXAMPLES, 28, 28), np.uint8), np.full(EXAMPLES, label), np.ones(EXAMPLES, bool)
    )


SLICES = [make_slice("mnist", 3), make_slice("not_digits", NOT_A_DIGIT), make_slice("letters", NOT_A_DIGIT)]


@pytest.mark.parametrize(
    ("worse", "expected"),
    [
        ("", False),
        ("not_digits", True),
        ("not_digits letters", True),
        ("mnist", False),
        ("mnist not_digits", False),
    ],
)
def test_only_if_digits_did_not_suffer(worse: str, expected: bool) -> None:
    comparisons = [Comparison(part.name, BEFORE, FEWER if part.name in worse.split() else BEFORE) for part in SLICES]
    assert only_accepts_more(comparisons, SLICES) is expected
