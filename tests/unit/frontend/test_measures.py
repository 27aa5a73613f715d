"""The measures of the Statistics page, compared with the implementation of training and with sums by hand."""

from math import comb

import pytest

from services.frontend.elements.measures import (
    Tally,
    calibration_error,
    sign_test,
    tally_bin,
    tally_digits,
    wilson_interval,
)
from shared.contracts.storage import ConfidenceBin
from training.evaluation import intervals as reference


def a_bin(labelled: int, confidence: float | None, accuracy: float | None) -> ConfidenceBin:
    return ConfidenceBin(
        lower=0.5, upper=0.6, predictions=100, labelled=labelled, confidence=confidence, accuracy=accuracy
    )


@pytest.mark.parametrize(("correct", "labelled"), [(1, 1), (0, 1), (7, 9), (299, 306), (10_000, 10_000)])
def test_the_interval_is_the_same_as_in_training(correct: int, labelled: int) -> None:
    assert wilson_interval(correct, labelled) == pytest.approx(reference.wilson_interval(correct, labelled))


@pytest.mark.parametrize(("correct", "labelled"), [(0, 3), (3, 3)])
def test_an_interval_stays_between_0_and_1(correct: int, labelled: int) -> None:
    low, high = wilson_interval(correct, labelled)
    assert 0 <= low < high <= 1


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 6), (1, 9), (5, 5), (40, 60)])
def test_the_sign_test_counts_all_splits_that_are_as_uneven(first: int, second: int) -> None:
    pairs = first + second
    gap = abs(first - second)
    as_uneven = sum(comb(pairs, split) for split in range(pairs + 1) if abs(pairs - 2 * split) >= gap)
    assert sign_test(first, second) == pytest.approx(as_uneven / 2**pairs)
    assert sign_test(first, second) == sign_test(second, first)


def test_the_sign_test_takes_as_many_pairs_as_a_comparison_counts() -> None:
    assert sign_test(5_000, 5_000) == 1
    assert sign_test(4_000, 6_000) < 1e-6


def test_the_calibration_error_weights_each_bin_by_its_labels() -> None:
    bins = [a_bin(30, 0.9, 0.8), a_bin(10, 0.5, 0.9), a_bin(0, None, None)]
    assert calibration_error(bins) == pytest.approx((30 * 0.1 + 10 * 0.4) / 40)


def test_without_labels_there_is_no_calibration_error() -> None:
    assert calibration_error([a_bin(0, None, None)]) is None


def test_the_tally_of_a_bin_comes_from_its_accuracy() -> None:
    assert tally_bin(a_bin(7, 0.55, 3 / 7)) == Tally("50% to 60%", 3, 7)
    assert tally_bin(a_bin(0, None, None)) is None


def test_digits_without_labels_are_left_out() -> None:
    confusion = [[0] * 10 for _ in range(10)]
    confusion[3][3], confusion[3][5], confusion[5][5] = 8, 2, 4
    assert tally_digits(confusion) == [Tally("3", 8, 10), Tally("5", 4, 4)]
    assert [tally.accuracy for tally in tally_digits(confusion)] == [0.8, 1.0]
