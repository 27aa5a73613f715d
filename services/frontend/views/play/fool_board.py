"""The board of "Fool the model": what the model reads, what the player says it is, and the drawings that fooled it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from services.frontend.connections import check_health, get_settle_s
from services.frontend.elements.answer import name_label
from services.frontend.elements.sentences import describe_delivery
from services.frontend.views.play.card import Card, Tile, draw_card
from services.frontend.views.play.fooling import Fooling, Verdict, judge
from services.frontend.views.play.reading import follow_saving, save
from services.frontend.views.play.result import show_card
from services.frontend.views.play.state import PlayState
from services.frontend.views.play.taking_back import show_taking_back
from services.frontend.views.play.words import describe_fooling, describe_outcome, fool_prompt_html, says_html
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit


def show_fooling(state: PlayState, head: DeltaGenerator, foot: DeltaGenerator) -> None:
    """Fills the places above and below the canvas."""
    task, predicted = state.fooling.task, state.pad.predicted
    head.html(fool_prompt_html(task))
    foot.html(says_html(describe_fooling(state.pad, task, find_outcome(state.fooling))))
    with foot.container(horizontal=True, key="play-bar"):
        show_taking_back(state)
        st.button("Another", icon=":material/skip_next:", on_click=state.go_on, width="stretch", key="play-another")
    is_fooled = predicted is not None and judge(task, predicted) is Verdict.FOOLED
    with foot.container(horizontal=True, key="play-labels"):
        for label in (*range(10), NOT_A_DIGIT):
            show_label_button(state, label, disabled=not is_fooled)


def show_label_button(state: PlayState, label: TrueDigit, *, disabled: bool) -> None:
    """One of the answers to "What did you draw?"."""
    st.button(
        name_label(label).capitalize(),
        on_click=take_label,
        args=(state, label),
        disabled=disabled,
        width="stretch",
        key=f"play-label-{label}",
    )


def take_label(state: PlayState, label: TrueDigit) -> None:
    """Saves the drawing with the label, whether it counts or not, and goes on to the next task."""
    predicted = state.pad.predicted
    if predicted is None:
        return
    state.fooling.take_label(predicted, label)
    state.pad.clear()
    save(predicted)


def show_fooled(fooling: Fooling) -> None:
    """The card with the drawings that fooled the model, once there is one. Also waits until the last one is saved."""
    if fooling.fooled:
        with st.container(horizontal=True, border=True, key="play-fooled"):
            count = len(fooling.fooled)
            show_card(make_fool_card(fooling), f"slate-fooled-{count}.png", f"Drawings that fooled Slate: {count}")
    if fooling.answered is not None and not fooling.answered.saved:
        follow_saving(fooling.answered)


def find_outcome(fooling: Fooling) -> str:
    """What came of the last drawing, and whether it is saved. Empty before the first."""
    answered = fooling.answered
    if answered is None or answered.label is None:
        return ""
    away = not check_health().storage
    delivery = describe_delivery(save(answered, get_settle_s()), name_label(answered.label), is_storage_away=away)
    return describe_outcome(answered.label, answered.prediction.digit, delivery, counts=answered in fooling.fooled)


def make_fool_card(fooling: Fooling) -> bytes:
    """The card with the latest ten drawings."""
    latest = fooling.fooled[-10:]
    tiles = [Tile(one.drawing, one.prediction.digit, f"{one.label} read as {one.prediction.digit}") for one in latest]
    times = "Once" if len(fooling.fooled) == 1 else f"{len(fooling.fooled)} times"
    return draw_card(Card("Fool the model", times, "A person still sees what these digits are.", tiles))
