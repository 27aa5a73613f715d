"""The strip of recent drawings: what each button shows and says."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.frontend.views.draw.recent import RecentDrawings
from services.frontend.views.draw.recent_strip import accuracy_html, describe_entry
from shared.contracts.message import ModelVersion
from shared.contracts.storage import NOT_A_DIGIT, Accuracy, StoredPrediction, TrueDigit

SEVEN = StoredPrediction(
    id=UUID(int=1),
    created_at=datetime(2026, 11, 29, 12, tzinfo=UTC),
    digit=7,
    confidence=0.99,
    probabilities=[0.1] * 10,
    digit_score=0.9,
    model=ModelVersion(name="cnn", version="1"),
    source="canvas",
    label=None,
    labelled_at=None,
)


@pytest.mark.parametrize(
    ("rejected", "label", "struck", "sign", "words"),
    [
        (False, None, "", "7", "read as 7"),
        (False, 7, "", "7", "read as 7, which is right"),
        (False, 1, "7", "1", "read as 7, but it is 1"),
        (False, NOT_A_DIGIT, "7", "–", "read as 7, but it is not a digit"),
        (True, None, "", "?", "rejected as not a digit"),
        (True, NOT_A_DIGIT, "", "–", "rejected as not a digit, which is right"),
        (True, 1, "?", "1", "rejected as not a digit, but it is 1"),
    ],
)
def test_a_drawing_shows_its_label_or_what_it_was_read_as(
    rejected: bool, label: TrueDigit | None, struck: str, sign: str, words: str
) -> None:
    entry = describe_entry(SEVEN.model_copy(update={"rejected": rejected, "label": label}), "data:,")
    assert (entry["struck"], entry["sign"], entry["words"]) == (struck, sign, words)


def test_the_accuracies_of_this_visit_and_of_all_time_stand_above_the_strip() -> None:
    totals = Accuracy(predictions=9, labelled=4, correct=3, accuracy=0.75)
    recent = RecentDrawings([SEVEN], {SEVEN.id: "data:,"}, totals, of_all=False)
    html = accuracy_html(recent, {SEVEN.id: True})
    assert "This visit: 1 of 1 right (100.0%)" in html
    assert "All time: 3 of 4 right (75.0%)" in html
    assert "away" in accuracy_html(recent, {}, "away")
