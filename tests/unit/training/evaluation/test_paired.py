"""Two versions are compared on the same examples: what one wins and loses against the other."""

import numpy as np
import pytest

from training.evaluation.paired import Comparison, paired_interval


def comparison(lost: int, won: int, examples: int) -> Comparison:
    before = np.array([True] * lost + [False] * won + [True] * (examples - lost - won))
    after = np.array([False] * lost + [True] * won + [True] * (examples - lost - won))
    return Comparison("mnist", before, after)


@pytest.mark.parametrize(
    ("lost", "won", "change"), [(0, 40, "better"), (40, 0, "worse"), (4, 0, "within noise"), (30, 30, "within noise")]
)
def test_a_change_is_told_from_noise(lost: int, won: int, change: str) -> None:
    assert comparison(lost, won, 1000).change == change


def test_the_difference_is_that_of_the_shares_of_right_answers() -> None:
    assert comparison(lost=10, won=30, examples=1000).difference == pytest.approx(0.02)


def test_the_interval_holds_the_true_difference_in_19_of_20_samples() -> None:
    random = np.random.default_rng(1)
    lose, win, examples = 0.01, 0.03, 400
    cells = random.multinomial(examples, [lose, win, 1 - lose - win], size=2000)
    intervals = [paired_interval(int(lost), int(won), examples) for lost, won, _ in cells]
    held = np.mean([low <= win - lose <= high for low, high in intervals])
    assert 0.93 < held < 0.97


def test_the_interval_has_a_width_although_no_example_changed() -> None:
    low, high = comparison(lost=0, won=0, examples=100).interval
    assert low == pytest.approx(-high)
    assert 0.005 < high < 0.05
