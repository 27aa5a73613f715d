"""The charts as they are sent to the browser: complete data, and every share on an axis from 0 to 1."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.frontend.elements.charts import Chart
from services.frontend.elements.measures import Tally
from services.frontend.views.models.curves import error_chart, loss_chart
from services.frontend.views.statistics.charts import (
    confidence_chart,
    reliability_chart,
    running_accuracy_chart,
    tally_columns,
    tally_rows,
)
from shared.contracts.storage import ConfidenceBin, RunningAccuracy

TALLIES = [Tally("0", 1, 2), Tally("1", 5, 5)]
BINS = [
    ConfidenceBin(lower=0.8, upper=0.9, predictions=3, labelled=0, confidence=None, accuracy=None),
    ConfidenceBin(lower=0.9, upper=1, predictions=9, labelled=4, confidence=0.95, accuracy=0.75),
]
POINTS = [RunningAccuracy(created_at=datetime(2026, 11, 21, tzinfo=UTC), labelled=1, accuracy=1)]
EPOCHS = [
    {"epoch": 0, "train/loss": 1.5, "validation/loss": 0.5, "validation/accuracy": 0.9, "validation/mnist": 0.95},
    {"epoch": 1, "validation/loss": 0.25, "validation/accuracy": 0.95, "validation/mnist": 0.99},
]


def rows_of(chart: Chart) -> list[dict[str, Any]]:
    (rows,) = chart.to_dict()["datasets"].values()
    return list(rows)


def encodings_of(chart: Chart) -> list[dict[str, Any]]:
    written = chart.to_dict()
    return [layer["encoding"] for layer in written.get("layer", [written])]


@pytest.mark.parametrize(
    "chart", [running_accuracy_chart(POINTS), tally_columns(TALLIES), tally_rows(TALLIES), reliability_chart(BINS)]
)
def test_every_share_is_on_an_axis_from_0_to_1(chart: Chart) -> None:
    shares = [
        axis
        for encoding in encodings_of(chart)
        for axis in (encoding.get("x", {}), encoding.get("y", {}))
        if axis.get("title") == "read right"
    ]
    assert shares
    assert all(axis["scale"]["domain"] == [0, 1] for axis in shares)


def test_one_label_is_a_point_on_an_axis_that_names_no_other_label() -> None:
    chart = running_accuracy_chart(POINTS).to_dict()
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["rule", "point"]
    assert {layer["encoding"]["x"]["type"] for layer in chart["layer"]} == {"ordinal"}
    assert rows_of(running_accuracy_chart(POINTS))[0]["labelled"] == 1


def test_several_labels_are_a_line_from_the_first_to_the_last() -> None:
    points = [POINTS[0], RunningAccuracy(created_at=POINTS[0].created_at, labelled=2, accuracy=0.5)]
    encoding = encodings_of(running_accuracy_chart(points))[1]
    assert encoding["x"]["scale"]["domain"] == [1, 2]


def test_a_single_column_is_not_as_wide_as_the_chart() -> None:
    assert tally_columns(TALLIES[:1]).to_dict()["layer"][0]["mark"]["width"]["band"] < 0.2
    assert tally_columns(TALLIES * 7).to_dict()["layer"][0]["mark"]["width"]["band"] == 0.8


def test_every_prediction_is_in_the_histogram_once() -> None:
    rows = rows_of(confidence_chart(BINS))
    counts = {(row["lower"], row["kind"]): row["count"] for row in rows}
    assert (counts[0.9, "right"], counts[0.9, "wrong"], counts[0.9, "not labelled"]) == (3, 1, 5)
    assert sum(counts.values()) == 12


def test_bins_without_labels_are_not_in_the_reliability_diagram() -> None:
    written = reliability_chart(BINS).to_dict()
    bins = [row for rows in written["datasets"].values() for row in rows if "labelled" in row]
    assert [(row["lower"], row["accuracy"], row["labelled"]) for row in bins] == [(0.9, 0.75, 4)]


def test_curves_count_epochs_from_1_and_leave_out_missing_values() -> None:
    rows = rows_of(loss_chart(EPOCHS))
    assert [(row["epoch"], row["curve"], row["value"]) for row in rows] == [
        (1, "training", 1.5),
        (1, "validation", 0.5),
        (2, "validation", 0.25),
    ]
    errors = {(row["epoch"], row["curve"]): row["value"] for row in rows_of(error_chart(EPOCHS))}
    assert errors == pytest.approx({(1, "all"): 0.1, (1, "MNIST"): 0.05, (2, "all"): 0.05, (2, "MNIST"): 0.01})
