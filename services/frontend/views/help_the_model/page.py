"""The page "Help the model": ten drawings to label, one after the other, and what the help changed.

The browser goes from one drawing to the next by itself (asking.py). The labels go to storage through the outbox.
"""

import streamlit as st

from services.frontend.connections import check_health, forget_statistics, get_settle_s
from services.frontend.elements.headings import show_title
from services.frontend.elements.sentences import count_things, describe_delivery, show_away, show_sentence
from services.frontend.saving.outbox import ON_ITS_WAY, Delivery
from services.frontend.session.draw_state import get_draw_state
from services.frontend.session.identity import Identity, get_identity, get_outbox, get_storage
from services.frontend.views.help_the_model.asking import is_asking_on_page, show_asking
from services.frontend.views.help_the_model.batch import Batch, HelpState, get_help_state
from services.frontend.views.help_the_model.changes import show_changes
from services.frontend.views.help_the_model.questions import find_questions
from shared.clients.service import RefusedError, ServiceUnavailableError

FOLLOW_EVERY_S = 2.0
NOTE = "These drawings teach the model most. Say what each one is; skip what nobody can tell."
KEYS_IN_WORDS = "0–9 label, N or - not a digit, S or space skip, Z undo"
KEY_HINTS = f'<span class="keys">Keys: {KEYS_IN_WORDS}</span>'
AWAY = "Storage can't be reached right now. The drawings will appear when it is back."
NOTHING = (
    "Nothing to ask right now: the model was sure of the other drawings, and nobody doubts their labels. Thank you!"
)


@st.fragment
def show_questions(identity: Identity) -> None:
    """The batch with its buttons, or a sentence in its place."""
    state = get_help_state(identity.key)
    try:
        batch = state.batch or fetch_batch(state)
    except ServiceUnavailableError:
        show_away(AWAY)
        return
    except RefusedError as refused:
        show_sentence(refused.problem.detail, "help-refused")
        return
    if not batch.questions:
        state.ask_more()  # the next run looks again
        show_sentence(NOTHING, "help-nothing", draw_link=True)
        return
    if not is_asking_on_page():  # the visitor has just come, perhaps back from another page
        batch.shown = list(batch.answers)
    draw_state = get_draw_state()
    with st.container(border=True, key="help-card"):
        show_asking(
            batch, keys=draw_state.keys, on_answers=lambda answers: take(batch, answers), on_more=state.ask_more
        )
        with st.container(horizontal=True, vertical_alignment="center", key="help-foot"):
            draw_state.keys = st.toggle("Keys", draw_state.keys, key="help-keys", help=KEYS_IN_WORDS)
            show_saved(batch)


def fetch_batch(state: HelpState) -> Batch:
    """Asks storage for drawings. ServiceUnavailableError, RefusedError."""
    if not check_health().storage:
        raise ServiceUnavailableError("storage is not ready")
    storage = get_storage()
    return state.begin(find_questions(storage.suggest_labels(state.skip).suggestions, storage))


def take(batch: Batch, answers: object) -> None:
    """Labels what the browser says."""
    if batch.take_answers(answers, get_outbox()):
        forget_statistics()


def show_saved(batch: Batch) -> None:
    """Says whether storage has the labels, and looks again later if it has not."""
    delivery, count = batch.find_delivery(get_outbox(), get_settle_s()), len(batch.labelled)
    words = describe_delivery(delivery, is_storage_away=not check_health().storage)
    if delivery is Delivery.SAVED:
        words = f"{words}: {count_things(count, 'label')}" if count else "&nbsp;"
    saved = str(delivery is Delivery.SAVED).lower()
    hints = KEY_HINTS if get_draw_state().keys else ""
    attributes = f'data-testid="saved" data-saved="{saved}" data-count="{count}"'
    st.html(f'<div class="saved"><span role="status" {attributes}>{words}</span>{hints}</div>')
    if delivery in ON_ITS_WAY:
        follow_saving(batch)


@st.fragment(run_every=FOLLOW_EVERY_S)
def follow_saving(batch: Batch) -> None:
    """Shows the page again once the labels are saved."""
    if batch.find_delivery(get_outbox(), 0) is Delivery.SAVED:
        st.rerun()


person = get_identity()
show_title("Help the model")
st.html(f'<p class="note help-note">{NOTE}</p>')
show_questions(person)
show_changes(person)
