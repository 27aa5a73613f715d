"""The drawings of a batch, one large at a time, with a button for each answer: a component of our own.

Streamlit's buttons would wait for the server between two drawings, and of two quick taps on one button it keeps one.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.views.help_the_model.batch import Batch
from services.frontend.views.help_the_model.questions import describe_question

ASKING_KEY = "asking"
SCRIPT = Path(__file__).parent / "asking.js"
DIGITS = "".join(f'<button type="button" name="{digit}">{digit}</button>' for digit in range(10))
MARKUP = f"""
<div class="asking" role="group" aria-label="Label the drawings" data-testid="asking">
  <div class="question" role="status"><b data-testid="progress"></b><p data-testid="why"></p></div>
  <ol class="slots" aria-hidden="true"></ol>
  <figure></figure>
  <div class="finished" data-testid="finished" hidden><b></b>
    <button type="button" name="more" class="main">Go on</button></div>
  <div class="pad">{DIGITS}
    <button type="button" name="not_a_digit">Not a digit</button>
    <button type="button" name="skip">Skip</button>
    <button type="button" name="undo">Undo</button></div>
</div>"""


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_asking", html=MARKUP, js=SCRIPT.read_text(), isolate_styles=False)


def is_asking_on_page() -> bool:
    """Whether the last run showed the component."""
    return ASKING_KEY in st.session_state


def show_asking(batch: Batch, *, keys: bool, on_answers: Callable[[object], None], on_more: Callable[[], None]) -> None:
    """Shows the batch. `on_answers` gets all answers to it whenever one was given or taken back."""

    def take_given() -> None:
        given = st.session_state[ASKING_KEY].get("given")
        if isinstance(given, dict) and given.get("batch") == batch.id:
            on_answers(given.get("answers"))

    _register_component()(
        key=ASKING_KEY,
        data={
            "batch": batch.id,
            "questions": [describe_question(question) for question in batch.questions],
            "answers": batch.shown,  # the same in every run of a visit, so that the pictures are sent once
            "keys": keys,
        },
        on_given_change=take_given,
        on_more_change=on_more,
    )
