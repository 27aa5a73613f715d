"""What the Models page says of a version in shadow."""

from uuid import UUID

import pytest

from services.frontend.views.models.shadow import (
    NOTHING_YET,
    describe_accuracy,
    describe_agreement,
    describe_difference,
    disagreement_html,
)
from shared.contracts.message import ModelVersion
from shared.contracts.shadow import Disagreement, ShadowAnswer, ShadowComparison
from shared.contracts.storage import StoredPrediction, TrueDigit
from tests.unit.recognition.test_model_version import NOW


def a_comparison(**counts: int) -> ShadowComparison:
    names = ("answered", "agreed", "labelled", "right", "shadow_right", "only_right", "only_shadow_right")
    return ShadowComparison(**dict.fromkeys(names, 0) | counts, more=counts.pop("more", 0) == 1, disagreements=[])


def test_before_the_first_drawing_there_is_nothing_to_say() -> None:
    nothing = a_comparison()
    assert describe_agreement(nothing) == NOTHING_YET
    assert describe_accuracy(nothing) == describe_difference(nothing) == ""


def test_the_agreement_is_a_share_of_what_was_counted() -> None:
    assert "1,940 of 2,000 drawings (97.0%)" in describe_agreement(a_comparison(answered=2000, agreed=1940))
    newest = a_comparison(answered=2000, agreed=1940).model_copy(update={"more": True})
    assert "1,940 of the newest 2,000 drawings" in describe_agreement(newest)


def test_without_labels_nobody_knows_which_is_better() -> None:
    unlabelled = a_comparison(answered=5, agreed=4)
    assert describe_accuracy(unlabelled).startswith("None of them has a label yet")
    assert describe_difference(unlabelled) == ""


def test_the_accuracy_of_both_is_a_share_of_the_labels() -> None:
    words = describe_accuracy(a_comparison(answered=200, agreed=150, labelled=100, right=90, shadow_right=95))
    assert "By the 100 labels that were given since" in words
    assert "90 rightly (90.0%)" in words
    assert words.endswith("the version in shadow 95 (95.0%).")


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (0, 0, "Neither was right where the other was wrong."),
        (1, 6, "The difference may be noise: 6 were read rightly by the version in shadow alone, and 1 by"),
        (0, 6, "The version in shadow is better, and by more than noise: 6 were read rightly"),
        (9, 0, "The version in shadow is worse, and by more than noise: 0 were read rightly"),
    ],
)
def test_a_difference_is_named_if_it_is_more_than_noise(ours: int, theirs: int, words: str) -> None:
    compared = a_comparison(answered=100, labelled=100, only_right=ours, only_shadow_right=theirs)
    assert describe_difference(compared).startswith(words)


def a_disagreement(label: TrueDigit | None, *, shadow_rejected: bool = False) -> Disagreement:
    stored = StoredPrediction(
        id=UUID(int=1),
        created_at=NOW,
        digit=7,
        confidence=0.6,
        probabilities=[0.1] * 10,
        digit_score=0.9,
        model=ModelVersion(name="<cnn>", version="1"),
        source="canvas",
        label=label,
        labelled_at=None,
    )
    return Disagreement(
        prediction=stored, shadow=ShadowAnswer(digit=1, confidence=0.9, digit_score=0.2, rejected=shadow_rejected)
    )


@pytest.mark.parametrize(
    ("label", "shadow_rejected", "mark", "words"),
    [
        (None, False, "", "&lt;cnn&gt;/1 read 7, the version in shadow 1"),
        (1, False, "right", "&lt;cnn&gt;/1 read 7, the version in shadow 1; it is 1"),
        (7, False, "wrong", "&lt;cnn&gt;/1 read 7, the version in shadow 1; it is 7"),
        (5, False, "", "&lt;cnn&gt;/1 read 7, the version in shadow 1; it is 5"),
        ("not_a_digit", True, "right", "&lt;cnn&gt;/1 read 7, the version in shadow not a digit; it is not a digit"),
    ],
)
def test_a_disagreement_shows_both_answers_and_whether_a_label_decides(
    label: TrueDigit | None, shadow_rejected: bool, mark: str, words: str
) -> None:
    html = disagreement_html(a_disagreement(label, shadow_rejected=shadow_rejected), "data:picture")
    assert f'class="entry {mark}"' in html
    assert f'title="{words}"' in html
    assert f"<span>7 → {'–' if shadow_rejected else 1}</span>" in html
