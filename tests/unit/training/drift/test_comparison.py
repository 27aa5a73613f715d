"""Chance alone hardly ever makes drawings differ, and a clear difference is found in its direction."""

from collections.abc import Sequence

import numpy as np
import pytest

from shared.contracts.drift import Measure
from training.drift.comparison import MIN_DRAWINGS, Comparison, compare, measure_delta
from training.drift.histograms import EDGES, Counts, count
from training.drift.reference import choose_counts, mix

SEEDS = 300
VALIDATION_EXAMPLES = 800


def draw(measure: Measure, number: int, seed: int) -> Counts:
    """Return counts of values as they are in validation data: most answers are sure, and ink varies."""
    random = np.random.default_rng([seed, number, *measure.encode()])
    values = {
        "digit": random.integers(0, 10, number).astype(float),
        "confidence": 1 - random.exponential(0.01, number),
        "digit_score": 1 - random.exponential(0.03, number),
        "line_width": random.gamma(6, 0.4, number),
        "size": random.uniform(0.2, 0.95, number),
        "darkness": random.uniform(0.65, 1, number),
    }
    return count(measure, values[measure])


def compare_counts(
    measure: Measure, drawings: Sequence[int] | Counts, validation: Sequence[int] | Counts
) -> Comparison:
    return compare(measure, np.array(drawings), mix({"canvas": {measure: list(validation)}}, measure, ["canvas"]))


@pytest.mark.parametrize("number", [30, MIN_DRAWINGS, 300, 2000])
@pytest.mark.parametrize("measure", EDGES)
def test_drawings_like_the_validation_data_hardly_ever_differ(measure: Measure, number: int) -> None:
    alarms = sum(
        compare_counts(measure, draw(measure, number, seed), draw(measure, VALIDATION_EXAMPLES, SEEDS + seed)).differs
        for seed in range(SEEDS)
    )
    assert alarms <= 2


@pytest.mark.parametrize("measure", EDGES)
def test_too_few_drawings_never_differ(measure: Measure) -> None:
    elsewhere = np.zeros(len(EDGES[measure]) - 1, np.int64)
    elsewhere[0] = MIN_DRAWINGS - 1
    assert not compare_counts(measure, elsewhere, draw(measure, VALIDATION_EXAMPLES, 1)).differs
    elsewhere[0] = MIN_DRAWINGS
    assert compare_counts(measure, elsewhere, draw(measure, VALIDATION_EXAMPLES, 1)).differs


def test_ink_that_varies_less_than_the_validation_data_is_no_drift() -> None:
    validation, drawings = [0, 0, 20, 20, 20, 20, 20, 20, 0, 0], [0, 0, 0, 0, 150, 150, 0, 0, 0, 0]
    narrow = compare_counts("line_width", drawings, validation)
    assert narrow.index > 1
    assert not narrow.differs


def test_a_few_more_unsure_answers_are_found_among_many_drawings() -> None:
    validation, drawings = [0, 2, 4, 4, 40, 750], [0, 60, 60, 40, 140, 700]
    lower = compare_counts("confidence", drawings, validation)
    assert lower.differs
    assert lower.delta < 0


@pytest.mark.parametrize(("drawings", "delta"), [([0, 0, 9], 1), ([9, 0, 0], -1), ([0, 9, 0], 0)])
def test_delta_says_whether_the_values_are_higher(drawings: list[int], delta: float) -> None:
    shares = np.array(drawings) / 9
    assert measure_delta(shares, np.array([0.0, 1, 0])) == delta


def test_delta_is_the_share_of_pairs_that_are_higher_minus_the_share_that_are_lower() -> None:
    drawings, validation = np.array([1, 1, 2, 0]), np.array([0, 3, 1, 2])
    pairs = [np.sign(a - b) for a in np.repeat(range(4), drawings) for b in np.repeat(range(4), validation)]
    assert measure_delta(drawings / 4, validation / 6) == pytest.approx(np.mean(pairs))


def test_canvases_are_compared_with_canvases_and_photographs_with_photographs() -> None:
    wide, narrow = [0] * 9 + [500], [500] + [0] * 9
    validation = {"canvas": {"line_width": wide}, "camera": {"line_width": narrow}}
    mixed = mix(validation, "line_width", ["canvas"] * 30 + ["camera"] * 10)
    assert mixed.shares[-1] == pytest.approx(0.75, abs=0.01)
    assert mixed.shares[0] == pytest.approx(0.25, abs=0.01)
    assert mixed.examples == pytest.approx(800)  # 1 / (0.75² / 500 + 0.25² / 500)


def test_without_validation_data_of_its_kind_a_source_is_compared_with_stored_images() -> None:
    images = {"images": {"line_width": [1] * 10}, "camera": {"line_width": [2] * 10, "size": [2] * 10}}
    assert choose_counts(images, "line_width", "canvas") == pytest.approx(np.ones(10))
    assert choose_counts(images, "size", "canvas") is None
    assert choose_counts(images, "line_width", "api") == pytest.approx(np.full(10, 3))
