"""The drawings that one visitor is asked about, and the answers so far.

The browser shows the drawings one after the other by itself and sends all answers of the batch with each new one. So an
answer can neither get lost nor reach another drawing, however fast a person is. What changed since the last time goes
to the outbox.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal, cast
from uuid import UUID

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from services.frontend.saving.outbox import Delivery, find_worst
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.views.help_the_model.questions import Question
from shared.contracts.storage import TrueDigit
from shared.contracts.suggestions import MAX_SKIPPED

KEY = "help-the-model"
SKIP: Literal["skip"] = "skip"
Answer = TrueDigit | Literal["skip"]
ANSWERS = TypeAdapter(list[Answer])


@dataclass
class Batch:
    """`answers` are those to the first questions, in order. `shown` are those that the browser begins with."""

    questions: Sequence[Question]
    answers: list[Answer] = field(default_factory=list)
    shown: list[Answer] = field(default_factory=list)
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def take_answers(self, sent: object, outbox: PersonalOutbox) -> bool:
        """Labels what the browser says of this batch, and returns whether a label changed.

        What is no list of answers is ignored.
        """
        try:
            answers = ANSWERS.validate_python(sent)[: len(self.questions)]
        except ValidationError:
            return False
        before, self.answers = self.answers, answers
        changed = [
            (question, old, new)
            for question, old, new in zip_longest(self.questions, map(find_label, before), map(find_label, answers))
            if new != old
        ]
        for question, old, new in changed:
            send_answer(question, old, new, outbox)
        return bool(changed)

    @property
    def labelled(self) -> list[UUID]:
        """The drawings that have got a label or a confirmation."""
        return [question.id for question, answer in zip(self.questions, self.answers, strict=False) if answer != SKIP]

    def find_delivery(self, outbox: PersonalOutbox, timeout_s: float) -> Delivery:
        """How far the labels have come after at most `timeout_s`: the worst of them. SAVED without any."""
        deadline = time.monotonic() + timeout_s
        found = {outbox.wait(one, max(0.0, deadline - time.monotonic())) for one in self.labelled}
        return find_worst(found)


def find_label(answer: Answer) -> TrueDigit | None:
    """The label that the answer gives. None if the drawing was skipped."""
    return None if answer == SKIP else answer


def send_answer(question: Question, old: TrueDigit | None, new: TrueDigit | None, outbox: PersonalOutbox) -> None:
    """Takes the old answer back, then labels the drawing with the new one."""
    before = question.suggestion.label
    if before is not None and old is not None:
        outbox.label(question.id, before, instead_of=old)
    if new is not None or before is None:
        outbox.label(question.id, new)


@dataclass
class HelpState:
    """The page of one session. `person` is the key of the identity, `asked` what was asked about in this visit."""

    person: str
    batch: Batch | None = None
    asked: list[UUID] = field(default_factory=list)

    @property
    def skip(self) -> list[UUID]:
        """What not to ask about again."""
        return self.asked[-MAX_SKIPPED:]

    def begin(self, questions: Sequence[Question]) -> Batch:
        """A new batch."""
        self.asked.extend(question.id for question in questions)
        self.batch = Batch(questions)
        return self.batch

    def ask_more(self) -> None:
        """Ends the batch, so that another one begins."""
        self.batch = None


def get_help_state(person: str) -> HelpState:
    """The state of the current session. Another person, after a sign-in, gets another one."""
    state = cast("HelpState | None", st.session_state.get(KEY))
    if state is None or state.person != person:
        state = st.session_state[KEY] = HelpState(person)
    return state
