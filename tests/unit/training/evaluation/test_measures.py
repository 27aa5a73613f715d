"""Measures, each compared with another way to compute it."""

import numpy as np
import pytest
import torch

from shared.recognition.calibration import Calibration
from training.data.labelled_images import NOT_A_DIGIT
from training.evaluation.intervals import bootstrap_interval, wilson_interval
from training.evaluation.measures import auroc, calibration_error, measure

LOGITS = np.eye(10, dtype=np.float32) * 9
LABELS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 0])  # the last one is read as a nine
READABLE = np.ones(10, bool)


def test_accuracy_is_the_share_read_right() -> None:
    assert measure(LOGITS, LABELS, READABLE, Calibration())["accuracy"] == pytest.approx(0.9)


def test_an_unreadable_picture_is_wrong_and_rejected() -> None:
    readable = READABLE.copy()
    readable[0] = False
    measured = measure(LOGITS, LABELS, readable, Calibration())
    assert measured["accuracy"] == pytest.approx(0.8)
    assert measured["rejected"] == pytest.approx(0.1)


def test_a_slice_without_a_readable_picture_has_no_calibration_error() -> None:
    measured = measure(LOGITS, LABELS, ~READABLE, Calibration())
    assert measured == {"examples": 10, "rejected": 1, "accuracy": 0}


def test_only_the_rejected_share_of_non_digits_is_measured() -> None:
    labels = np.full(10, NOT_A_DIGIT)
    logits = np.concatenate([np.full((7, 10), -5.0), np.full((3, 10), 5.0)])
    assert measure(logits, labels, READABLE, Calibration()) == {"examples": 10, "rejected": pytest.approx(0.7)}


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities = torch.tensor([[0.8, 0.2]] * 10)
    labels = torch.tensor([0] * 5 + [1] * 5)  # 80 % sure, 50 % right
    assert calibration_error(probabilities, labels) == pytest.approx(0.3)


def test_calibration_error_equals_a_count_by_hand() -> None:
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.full(10, 0.3), 500)
    labels = random.integers(0, 10, 500)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * 15).astype(int), 14)
    by_hand = sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(15)) / 500
    assert calibration_error(torch.from_numpy(probabilities), torch.from_numpy(labels)) == pytest.approx(by_hand)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(0)
    digits, others = random.normal(1, 1, 80), random.normal(0, 1, 60)
    pairs = (digits[:, None] > others).mean()
    assert auroc(digits, others) == pytest.approx(pairs)


def test_the_wilson_interval_equals_published_values() -> None:
    low, high = wilson_interval(8, 10)  # Brown, Cai, DasGupta 2001 give the formula; these are its values
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_the_interval_of_a_small_calibration_error_holds_it() -> None:
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, 300)
    rows = np.column_stack([confidence, random.random(300) > confidence])  # right as often as it is sure

    def error_of(drawn: np.ndarray) -> float:
        probabilities = np.column_stack([drawn[:, 0], 1 - drawn[:, 0]])
        return calibration_error(torch.from_numpy(probabilities), torch.from_numpy(drawn[:, 1]).long())

    low, high = bootstrap_interval(error_of, rows)
    assert low < error_of(rows) < high


def test_the_interval_of_a_constant_is_the_constant() -> None:
    assert bootstrap_interval(np.mean, np.full(20, 0.5)) == (0.5, 0.5)


def test_a_bootstrap_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    sample = np.random.default_rng(1).normal(5, 2, 400)
    low, high = bootstrap_interval(np.mean, sample)
    assert low < sample.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.15)
