"""Which metrics count as better, worse or too close to call, and which settings differ."""

from datetime import UTC, datetime

import pytest

from services.frontend.views.models.differences import Outcome, compare_metrics, compare_settings
from shared.contracts.inference import ModelDetails

EXAMPLES = 1000.0


def version(**metrics: dict[str, float]) -> ModelDetails:
    return ModelDetails(
        name="cnn",
        version="1",
        current=True,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        architecture="cnn",
        parameters=7,
        digit_score_threshold=0.5,
        metrics={name: {"examples": EXAMPLES, **slice_metrics} for name, slice_metrics in metrics.items()},
        engine=None,
        temperature=1,
        data={},
        recipe={},
        libraries={},
        epochs=[],
    )


def outcome_of(before: dict[str, float], after: dict[str, float]) -> Outcome:
    (difference,) = compare_metrics(version(mnist=before), version(mnist=after))
    return difference.outcome


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [(0.90, 0.95, "better"), (0.95, 0.90, "worse"), (0.95, 0.95, "the same"), (0.95, 0.96, "too close to call")],
)
def test_an_accuracy_is_better_or_worse_only_beyond_chance(before: float, after: float, outcome: Outcome) -> None:
    assert outcome_of({"accuracy": before}, {"accuracy": after}) == outcome


def test_a_metric_that_is_not_a_share_is_only_higher_or_lower() -> None:
    assert outcome_of({"nll": 0.2}, {"nll": 0.1}) == "lower"
    assert outcome_of({"calibration_error": 0.01}, {"calibration_error": 0.02}) == "higher"
    assert outcome_of({"calibration_error": 0.01}, {"calibration_error": 0.01}) == "the same"


def test_more_rejections_are_better_for_letters_and_worse_for_digits() -> None:
    assert outcome_of({"rejected": 0.5}, {"rejected": 0.9}) == "better"
    differences = compare_metrics(
        version(mnist={"accuracy": 0.9, "rejected": 0.5}), version(mnist={"accuracy": 0.9, "rejected": 0.9})
    )
    assert {one.measure: (one.outcome, one.higher_is_better) for one in differences} == {
        "accuracy": ("the same", True),
        "rejected": ("worse", False),
    }


def test_only_metrics_of_both_versions_are_compared() -> None:
    before = version(mnist={"accuracy": 0.9}, uploads={"accuracy": 0.9})
    after = version(mnist={"accuracy": 0.9, "nll": 0.1}, photographs={"accuracy": 0.9})
    assert [(one.slice_name, one.measure) for one in compare_metrics(before, after)] == [("mnist", "accuracy")]


def test_only_settings_that_differ_are_listed() -> None:
    before, after = {"batch": 64, "seed": 1, "teacher": "best"}, {"batch": 128, "seed": 1, "dropout": 0.5}
    assert compare_settings(before, after) == [("batch", 64, 128), ("dropout", None, 0.5), ("teacher", "best", None)]
