"""The HTML of one row of the History page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from services.frontend.connections import connect, refresh_rights
from services.frontend.saving.outbox import Delivery
from services.frontend.views.history.row import row_html
from shared.contracts.message import ModelVersion
from shared.contracts.storage import StoredPrediction
from tests.network import CLOSED_URL

THREE = StoredPrediction(
    id=UUID(int=1),
    created_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    digit=3,
    confidence=0.97,
    probabilities=[0.1] * 10,
    digit_score=0.9,
    model=ModelVersion(name="<i>cnn", version="1"),
    source="camera",
    label=None,
    labelled_at=None,
)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("label", "mark", "words"),
    [
        (None, "unlabelled", "read as 3"),
        (3, "right", "read as 3, which is right"),
        (5, "wrong", "read as 3, but it is 5"),
    ],
)
def test_right_and_wrong_are_described_and_marked(label: int | None, mark: str, words: str) -> None:
    html = row_html(THREE, label, "data:,", BERLIN, None)
    assert f'class="history-row {mark}"' in html
    assert f'alt="A drawing {words}"' in html


@pytest.mark.parametrize(
    ("label", "read"),
    [(None, "<b>?</b>"), ("not_a_digit", "<b>–</b><i>✓</i>"), (5, "<b><s>?</s></b><i>5</i>"), (3, "<b>3</b><i>✓</i>")],
)
def test_a_rejected_drawing_shows_neither_its_nearest_digit_nor_a_confidence_as_the_answer(
    label: int | Literal["not_a_digit"] | None, read: str
) -> None:
    html = row_html(THREE.model_copy(update={"rejected": True}), label, "data:,", BERLIN, None)
    assert read in html
    assert "does not look like a digit (nearest:\u00a03)" in html
    assert "97.0%" not in html


def test_the_time_is_in_the_time_zone_of_the_visitor() -> None:
    assert ">22 Nov 2026, 00:30<" in row_html(THREE, None, "data:,", BERLIN, None)


def test_the_name_of_a_model_is_escaped() -> None:
    assert "&lt;i&gt;cnn 1" in row_html(THREE, None, "data:,", BERLIN, None)


@pytest.mark.parametrize(
    ("delivery", "words"),
    [(Delivery.SAVED, "Saved"), (Delivery.WAITING, "Not saved yet"), (Delivery.REFUSED, "Not saved:")],
)
def test_the_row_says_how_far_a_label_has_come(delivery: Delivery, words: str) -> None:
    assert f'<em role="status">{words}' in row_html(THREE, 3, "data:,", BERLIN, delivery)


@pytest.fixture
def _without_storage_and_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    (folder := tmp_path / "data").write_text("a file in place of the folder")
    monkeypatch.setenv("FRONTEND_DATA_DIR", str(folder))
    for service in ("STORAGE", "INFERENCE"):
        monkeypatch.setenv(f"FRONTEND_{service}_URL", CLOSED_URL)
    connect.clear()
    refresh_rights.clear()
    yield
    connect().close()
    connect.clear()
    refresh_rights.clear()


def label_three() -> None:
    from uuid import UUID

    import streamlit as st

    from services.frontend.views.history.row import find_delivery, is_on_its_way
    from services.frontend.views.history.true_digit import label_several

    label_several([UUID(int=3)], 3)
    st.session_state["found"] = find_delivery(UUID(int=3)), is_on_its_way(UUID(int=3)), is_on_its_way(UUID(int=4))


@pytest.mark.usefixtures("_without_storage_and_folder")
def test_a_label_that_is_only_in_memory_is_on_its_way_too() -> None:
    page = AppTest.from_function(label_three).run(timeout=60)
    assert not page.exception
    assert page.session_state["found"] == (Delivery.UNKEPT, True, False)
