"""What the person says that the drawing is, with one tap: "Right", the true digit, or "not a digit".

A drawing of one digit gets a label. A number gets one for each of its digits: all at once, or typed one by one.
"""

from dataclasses import dataclass
from functools import partial
from typing import cast

import streamlit as st

from services.frontend.connections import forget_statistics
from services.frontend.elements.answer import sign_label
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.canvas_saving import save
from services.frontend.session.draw_state import DrawState
from services.frontend.session.identity import get_outbox
from services.frontend.views.draw.asking import find_threshold
from services.frontend.views.draw.examples import is_example
from services.frontend.views.draw.label_buttons import show_label_buttons
from services.frontend.views.draw.said_number import SaidNumber, cut_digits, find_truth
from shared.contracts.storage import TrueDigit

KEY = "truth"
QUESTION = "Is it right? If not, tap what it is."
NUMBER_QUESTION = "Is it right? If not, tap its digits:"
BLANK = "_"  # a digit of a number that is still to be typed


@dataclass
class Truth:
    """`then_clear` empties the canvas after each label, and `finished` is what was labelled then.

    `said` is about the number on the canvas.
    """

    then_clear: bool = False
    finished: PredictedDrawing | SaidNumber | None = None
    said: SaidNumber | None = None


def get_truth() -> Truth:
    """That of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Truth()
    return cast("Truth", st.session_state[KEY])


def find_said(state: DrawState) -> SaidNumber | None:
    """What was said about the number that is on the canvas now. None if nothing was."""
    said = get_truth().said
    return said if said is not None and said.reading is state.number else None


def show_truth(state: DrawState) -> None:
    """The question and its buttons. They are disabled without an answer."""
    if state.drawing is None:
        get_truth().said = None  # the next number is another one
    said, number = find_said(state) or bring_back_number(state), state.number
    if number is not None:
        state.number_entries = [] if said is None else said.entries
    words = QUESTION if number is None else f"{NUMBER_QUESTION} <b>{write_typed(said, len(number.digits))}</b>"
    st.html(f'<p class="question" data-testid="question">{words}</p>')
    predicted = state.predicted
    is_right = said.is_right if said else predicted is not None and predicted.label == find_truth(predicted)
    show_label_buttons(
        "feedback",
        None if predicted is None else predicted.label,
        partial(label_drawing, state),
        confirm="Right" if number is None else "All right",
        on_confirm=partial(confirm, state),
        is_confirmed=is_right,
        disabled=not state.is_answered,
    )


def write_typed(said: SaidNumber | None, digits: int) -> str:
    """The digits typed so far, and a blank for each of the others: `7 _ _`."""
    typed = [] if said is None else said.typed or [label for label in said.labels if label is not None]
    return " ".join([*map(sign_label, typed), *BLANK * (digits - len(typed))])


def confirm(state: DrawState) -> None:
    """Says that the answer is right, or takes that back."""
    if state.predicted is not None:
        label_drawing(state, find_truth(state.predicted))
    elif (said := say_number(state)) is not None:
        forget_number(state, said)
        said.confirm(get_outbox())
        count_number(state, said)
        finish_if_wanted(state)


def label_drawing(state: DrawState, label: TrueDigit) -> None:
    """Labels the drawing, or removes that label. Of a number, it is the label of the next digit."""
    if state.predicted is not None:
        state.toggle_label(label)
        if state.predicted is not None:  # else a stroke came with the label, which waits for the answer to that
            state.predicted.send_label(get_outbox())
            finish_if_wanted(state)
    elif (said := say_number(state)) is not None:
        said.type_digit(label, get_outbox())
        count_number(state, said)
        finish_if_wanted(state)


def say_number(state: DrawState) -> SaidNumber | None:
    """What the person says about the number on the canvas, which is nothing at first. None if there is no number."""
    truth, number = get_truth(), state.number
    if number is None or state.drawing is None or find_said(state) is not None:
        return find_said(state)
    truth.said = cut_digits(state.drawing, number, find_threshold(number), state.replaced)
    return truth.said


def bring_back_number(state: DrawState) -> SaidNumber | None:
    """What was said about the number before a reload or Clear. None if it is read otherwise now."""
    entries, number = state.number_entries, state.number
    if not entries or number is None or len(entries) != len(number.digits):
        return None
    said = say_number(state)
    if said is not None:
        said.take_over(entries)
    return said


def take_back_number(state: DrawState) -> None:
    """Takes back what was said about the number before the last stroke, because the drawing is another one now."""
    truth = get_truth()
    if truth.said is not None and truth.said.reading is not state.number:
        forget_number(state, truth.said)
        truth.said.take_back(get_outbox())
        count_number(state, truth.said)
        truth.said = None


def forget_number(state: DrawState, said: SaidNumber) -> None:
    """Counts its digits no longer. They have to be forgotten before they get new ids."""
    for digit in said.digits:
        state.count_label(digit.prediction.id, None)


def count_number(state: DrawState, said: SaidNumber) -> None:
    """Counts its digits in the accuracy of this visit, and notes what storage has of them."""
    state.note_entries(said.reading, said.entries)
    for digit in said.digits:
        state.count_label(digit.prediction.id, None if digit.label is None else digit.is_right)
    forget_statistics()


def finish_if_wanted(state: DrawState) -> bool:
    """Clears the canvas for the next drawing if the person wants that after a label. Returns whether it did.

    A drawing that cannot be handed to the outbox stays, and so does an example, which is not saved.
    """
    truth, predicted, said = get_truth(), state.predicted, find_said(state)
    if not truth.then_clear or is_example(state.strokes):
        return False
    finished: PredictedDrawing | SaidNumber
    if predicted is not None and predicted.label is not None:
        finished = predicted
        save(predicted, state.replaced, 0)
    elif said is not None and said.is_said:
        finished = said
        said.save(get_outbox(), 0)
    else:
        return False
    if finished.handed_over:
        truth.finished, truth.said = finished, None
        state.clear()
    return finished.handed_over
