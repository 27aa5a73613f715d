"""The table of model versions: its figures, the best of each column, what each is used for, and why some can't be."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from services.frontend.session.chosen_model import choose_model
from services.frontend.views.models.columns import list_columns
from services.frontend.views.models.speed import TRIES, WARM_UP, Speeds, measure
from services.frontend.views.models.table import describe_versions
from shared.clients.inference import InferenceClient
from shared.contracts.inference import ModelDescription, ModelList, RefusedVersion
from shared.contracts.message import ModelVersion
from shared.recognition.model_version import WEIGHTS, find_manifest

MODELS = Path(__file__).parents[3] / "models"


def version(name: str, number: str, *, current: bool = True) -> ModelDescription:
    return ModelDescription(
        name=name,
        version=number,
        current=current,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        architecture=name,
        parameters=1234567,
        digit_score_threshold=0.5,
        metrics={"mnist": {"examples": 100, "accuracy": 0.99, "rejected": 0}},
    )


LISTED = ModelList(
    default=ModelVersion(name="cnn", version="2"),
    models=[version("cnn", "1", current=False), version("cnn", "2"), version("mlp", "1"), version("vit", "2")],
    shadow=ModelVersion(name="vit", version="2"),
    refused=[RefusedVersion(name="vit", version="1", reason="its graph is missing\n or **broken**.")],
)


def show(chosen: str | None) -> AppTest:
    def draw(listed, chosen):  # Streamlit runs the text of this function, without the types of this module
        from services.frontend.session.chosen_model import choose_model
        from services.frontend.views.models.table import show_versions

        choose_model(chosen)
        show_versions(listed)

    page = AppTest.from_function(draw, args=(LISTED, chosen), default_timeout=60).run()
    assert not page.exception
    return page


def uses_of(chosen: str | None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(st, "session_state", {})
    choose_model(chosen)
    rows: Any = describe_versions(LISTED, None)["rows"]
    return [row[0]["note"] for row in rows]


def test_without_a_choice_the_default_answers_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uses_of(None, monkeypatch) == [
        "answers to its full name",
        "answers your pages",
        "answers to the name mlp",
        "in shadow",
    ]


def test_the_chosen_version_answers_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = uses_of("mlp/1", monkeypatch)
    assert uses == ["answers to its full name", "the default", "answers your pages", "in shadow"]


def column_of(name: str, models: list[ModelDescription], speeds: Speeds | None = None) -> list[dict[str, Any]]:
    (column,) = (column for column in list_columns(models, speeds) if column.name == name)
    return column.describe(models)


def test_the_highest_accuracy_and_the_lowest_time_are_the_best() -> None:
    good, poor = version("good", "1"), version("poor", "1")
    poor.metrics["mnist"]["accuracy"] = 0.95
    speeds = Speeds({"good/1": 9.04, "poor/1": 3.3}, datetime.now(UTC))
    assert [cell["best"] for cell in column_of("MNIST", [poor, good])] == [False, True]
    times = column_of("time", [poor, good], speeds)
    assert [(cell["text"], cell["best"]) for cell in times] == [("3.3 ms", True), ("9.0 ms", False)]


def test_figures_that_are_written_alike_are_equally_good() -> None:
    first, second = version("first", "1"), version("second", "1")
    second.metrics["mnist"]["accuracy"] = 0.99001
    assert [cell["best"] for cell in column_of("MNIST", [first, second])] == [True, True]


def test_a_figure_that_was_not_measured_is_a_dash_and_never_the_best() -> None:
    cells = column_of("time", [version("cnn", "1"), version("mlp", "1")])
    assert cells == [{"text": "–", "value": None, "best": False}] * 2
    speeds = Speeds({"cnn/1": 4.0}, datetime.now(UTC))
    only = column_of("time", [version("cnn", "1"), version("mlp", "1")], speeds)
    assert [cell["text"] for cell in only] == ["4.0 ms", "–"]
    assert not any(cell["best"] for cell in only)


def test_the_size_is_that_of_the_file_of_weights() -> None:
    manifest = find_manifest(MODELS, "cnn")
    weights = (MODELS / manifest.reference / WEIGHTS).stat().st_size
    model = version("cnn", "1").model_copy(update={"parameters": manifest.parameters})
    assert column_of("size", [model])[0]["text"] == f"{weights / 1e6:.1f} MB"


def test_every_column_with_a_figure_is_explained() -> None:
    page = show(None)
    explained = next(element.proto.body for element in page.get("html") if "meanings" in element.proto.body)
    for name in ("MNIST", "letters rejected", "calibration error", "time", "size", "★"):
        assert name in explained


class FakeInference:
    """Answers with a given time for each version, and remembers the order of the requests."""

    def __init__(self, **times: float) -> None:
        self.times = times
        self.asked: list[str] = []

    def predict(self, drawing: bytes, *, model: str) -> SimpleNamespace:
        self.asked.append(model)
        return SimpleNamespace(elapsed_ms=1000.0 if self.asked.count(model) <= WARM_UP else self.times[model])


def test_the_speed_is_the_median_of_tries_in_turns_without_those_that_load_the_version() -> None:
    inference = FakeInference(cnn=3.0, mlp=1.0)
    assert measure(cast("InferenceClient", inference), b"png", ["cnn", "mlp"]) == {"cnn": 3.0, "mlp": 1.0}
    assert inference.asked == ["cnn", "mlp"] * (WARM_UP + TRIES)


def test_a_version_that_cannot_be_used_is_listed_with_the_reason() -> None:
    assert [warning.value for warning in show(None).warning] == [
        r"vit/1 can't be used: its graph is missing or \*\*broken\*\*."
    ]
