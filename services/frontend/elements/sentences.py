"""Sentences in place of what can't be shown yet, and sentences that say how far a prediction is saved."""

import time
from html import escape

import streamlit as st

from services.frontend.saving.outbox import ON_ITS_WAY, Delivery
from shared.clients.service import RefusedError, ServiceUnavailableError

RETRY_S = 3.0
SAVING = "Saving{label}…"
REASONS = {
    Delivery.WAITING: "Not saved yet{label}: waiting for storage",
    Delivery.UNKEPT: "Not saved{label}: waiting for storage, and the disk has no room to keep it until then",
    Delivery.FULL: "Not saved yet{label}: too many drawings are waiting for storage",
    Delivery.REFUSED: "Not saved{label}: storage refused it. The drawing may have been deleted.",
    Delivery.SAVED: "Saved{label}",
}


def show_sentence(sentence: str, key: str, *, draw_link: bool = False) -> None:
    """Shows a sentence in a box, with a link to the Draw page if wanted."""
    with st.container(border=True, key=key):
        st.html(f'<p class="sentence" data-testid="sentence">{escape(sentence)}</p>')
        if draw_link:
            show_draw_link()


def show_draw_link() -> None:
    """A link to the Draw page."""
    st.page_link("views/draw/page.py", label="Draw a digit", icon=":material/draw:")


def show_away(sentence: str) -> None:
    """Says why there is nothing to show, and reruns the page every few seconds until there is."""
    show_sentence(sentence, "away")
    _rerun_later(time.monotonic())


def show_failure(sentence: str, error: ServiceUnavailableError | RefusedError) -> None:
    """Says in a part of a page why there is nothing to show. The other parts stay."""
    st.html(f'<p class="sentence">{escape(describe_failure(sentence, error))}</p>')


def describe_failure(sentence: str, error: ServiceUnavailableError | RefusedError) -> str:
    """Why the service refused; the sentence, if it is away or failed.

    After a fault of the service it also says how the operator finds the request in the logs.
    """
    problem = error.problem
    if isinstance(error, RefusedError):
        return error.problem.detail
    if problem is None or problem.code != "internal_error" or problem.request_id is None:
        return sentence
    return f"{sentence.rstrip('.')}. If you report this, name the request {problem.request_id}."


def count_things(number: int, thing: str) -> str:
    """`1 label`, `1,234 labels`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def describe_delivery(delivery: Delivery, label: str = "", *, is_storage_away: bool = True) -> str:
    """Whether a prediction and its label are saved, and if not, why. `label` is its name, if there is one."""
    is_on_its_way = delivery in ON_ITS_WAY and not is_storage_away
    sentence = SAVING if is_on_its_way else REASONS[delivery]
    return sentence.format(label=f" as {label}" if label else "")


@st.fragment(run_every=RETRY_S)
def _rerun_later(shown_at: float) -> None:
    if time.monotonic() - shown_at > RETRY_S / 2:  # the first run of this fragment shows the sentence
        st.rerun()
