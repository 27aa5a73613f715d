"""The answers of the browser become labels: each drawing its own, each once, and taken back as it was before."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.views.help_the_model.batch import Batch, HelpState
from services.frontend.views.help_the_model.questions import Question
from shared.contracts.message import ModelVersion
from shared.contracts.storage import TrueDigit
from shared.contracts.suggestions import LabelSuggestion
from tests.unit.frontend.conftest import FakeStorage

PATIENCE_S = 30
VISITOR = "bearer:ada"


def make_question(number: int, label: TrueDigit | None = None) -> Question:
    suggestion = LabelSuggestion(
        id=UUID(int=number),
        created_at=datetime(2026, 11, 29, tzinfo=UTC),
        digit=1,
        confidence=0.5,
        probabilities=[0.1] * 10,
        digit_score=1,
        model=ModelVersion(name="cnn", version="1"),
        source="canvas",
        label=label,
        labelled_at=None,
        kind="doubtful" if label is None else "suspected",
        suggested=None if label is None else 5,
    )
    return Question(suggestion, "data:,")


class Help:
    """A batch whose labels go to a storage in memory."""

    def __init__(self, outbox: Outbox, storage: FakeStorage, *labels: TrueDigit | None) -> None:
        self.batch = Batch([make_question(number, label) for number, label in enumerate(labels)])
        self.storage, self.outbox = storage, PersonalOutbox(outbox, VISITOR)

    def answer(self, *answers: object) -> bool:
        changed = self.batch.take_answers(list(answers), self.outbox)
        for question in self.batch.questions:
            assert self.outbox.wait(question.id, PATIENCE_S) is Delivery.SAVED
        return changed

    def labels(self) -> dict[int, TrueDigit]:
        return {prediction_id.int: label for prediction_id, label in self.storage.labels.items()}


def test_answers_that_come_together_or_again_label_each_drawing_once(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, None, None, None)
    assert help_.answer(7)
    assert help_.answer(7, "not_a_digit", 0)
    assert not help_.answer(7, "not_a_digit", 0)
    assert help_.labels() == {0: 7, 1: "not_a_digit", 2: 0}
    assert [prediction_id.int for _, prediction_id, _ in storage.writes] == [0, 1, 2]
    assert {token for _, _, token in storage.writes} == {VISITOR}


def test_a_skipped_drawing_gets_no_label_and_sends_nothing(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, None, 3)
    assert not help_.answer("skip", "skip")
    assert not help_.answer()
    assert storage.writes == []
    assert help_.batch.labelled == []


def test_an_answer_that_is_taken_back_leaves_the_drawing_as_it_was(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, None, 3)
    help_.answer(7, 5)
    assert help_.answer(7)
    assert help_.labels() == {0: 7, 1: 3}
    assert help_.answer()
    assert help_.labels() == {1: 3}
    help_.answer("skip")
    assert help_.labels() == {1: 3}


def test_an_answer_about_a_label_is_taken_back_before_another_one_is_given(
    outbox: Outbox, storage: FakeStorage
) -> None:
    storage.available.clear()
    help_ = Help(outbox, storage, 3)
    for answers in ([5], [], [3], [4], ["skip"]):
        help_.batch.take_answers(answers, help_.outbox)
    storage.available.set()
    help_.answer("skip")
    assert help_.labels() == {0: 3}
    methods = [method for method, _, _ in storage.writes]
    assert methods == ["put_label", "take_label_back"] * 3


def test_the_same_label_again_is_sent_as_a_confirmation(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, 3)
    assert help_.answer(3)
    assert help_.labels() == {0: 3}


@pytest.mark.parametrize("sent", [None, "77", {"0": 7}, [10], [-1], ["seven"], [None], [7, 0.5]])
def test_what_is_no_list_of_answers_changes_nothing(outbox: Outbox, storage: FakeStorage, sent: object) -> None:
    help_ = Help(outbox, storage, None, None)
    assert not help_.batch.take_answers(sent, help_.outbox)
    assert (help_.batch.answers, storage.writes) == ([], [])


def test_answers_beyond_the_last_drawing_are_ignored(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, None)
    help_.answer(7, 8)
    assert help_.batch.answers == [7]


def test_the_delivery_is_that_of_the_label_that_has_come_least_far(outbox: Outbox, storage: FakeStorage) -> None:
    help_ = Help(outbox, storage, None, None)
    assert help_.batch.find_delivery(help_.outbox, 0) is Delivery.SAVED
    storage.available.clear()
    help_.batch.take_answers([7, "skip"], help_.outbox)
    assert help_.batch.find_delivery(help_.outbox, 0) is not Delivery.SAVED
    storage.available.set()
    assert help_.batch.find_delivery(help_.outbox, PATIENCE_S) is Delivery.SAVED


def test_only_the_latest_hundred_drawings_are_left_out_of_the_next_batch() -> None:
    state = HelpState(VISITOR)
    for first in (0, 60):
        state.begin([make_question(number) for number in range(first, first + 60)])
        state.ask_more()
    assert [one.int for one in state.skip] == list(range(20, 120))
