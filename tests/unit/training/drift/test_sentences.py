"""What the sentences say: the direction, and a figure for the drawings and for the validation data."""

import numpy as np
import pytest

from shared.contracts.drift import Measure
from training.drift.comparison import compare
from training.drift.histograms import EDGES, count, find_median
from training.drift.reference import mix
from training.drift.sentences import write_sentence


def sentence(measure: Measure, drawings: list[float], validation: list[float]) -> str | None:
    known = count(measure, np.repeat(validation, 100)).tolist()
    reference = mix({"canvas": {measure: known}}, measure, ["canvas"])
    return write_sentence(compare(measure, count(measure, np.repeat(drawings, 100)), reference))


def test_thinner_lines() -> None:
    assert sentence("line_width", [1.7, 1.9, 2.1], [2.5, 2.7, 2.9]) == (
        "Lines are thinner than in the validation data: 1.9 px instead of 2.7 px."
    )


def test_thicker_lines() -> None:
    assert str(sentence("line_width", [3.5, 4.5], [2.1, 2.5])).startswith("Lines are thicker than in the validation")


def test_paler_ink() -> None:
    assert sentence("darkness", [0.25, 0.35, 0.45], [0.75, 0.85, 0.95]) == (
        "Ink is paler than in the validation data: its contrast to the paper is 35% instead of 85%."
    )


def test_smaller_digits() -> None:
    assert sentence("size", [0.15, 0.25, 0.35], [0.55, 0.65, 0.75]) == (
        "Digits are smaller on their pictures than in the validation data: the longer side takes 25% of the picture "
        "instead of 65%."
    )


def test_other_digits_are_no_reproach() -> None:
    assert sentence("digit", [7, 7, 7, 1, 1], [*range(10)]) == (
        "Other digits are drawn than in the validation data: 7 is 60% of the digits instead of 10%, 1 is 40% of the "
        "digits instead of 10%. People may simply need other numbers here."
    )


def test_less_sure_answers() -> None:
    assert sentence("confidence", [0.6, 0.7, 0.97, 0.999], [0.97, *[0.995] * 19]) == (
        "Answers are less sure than on the validation data: 25% have a confidence of 99% or more instead of 95%."
    )


def test_drawings_that_look_less_like_digits() -> None:
    assert sentence("digit_score", [0.6, 0.75, 0.85, 0.995], [0.96, 0.985, 0.985, 0.995]) == (
        "Drawings look less like digits than the validation data: 25% have a digit score of 0.9 or more instead of "
        "100%."
    )


@pytest.mark.parametrize("measure", EDGES)
def test_the_same_drawings_have_no_sentence(measure: Measure) -> None:
    middles = [(low + high) / 2 for low, high in zip(EDGES[measure], EDGES[measure][1:], strict=False)]
    assert sentence(measure, middles, middles) is None


def test_the_median_is_found_within_its_bin() -> None:
    values = np.random.default_rng(1).gamma(6, 0.4, 5000)
    assert find_median("line_width", count("line_width", values)) == pytest.approx(np.median(values), abs=0.03)
