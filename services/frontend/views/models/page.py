"""The models page: every version there is, the one to ask, two on the same drawing, and how each was made."""

import streamlit as st

from services.frontend.chosen_model import choose_model, get_chosen_model
from services.frontend.elements.away import show_away
from services.frontend.elements.headings import show_heading, show_title
from services.frontend.views.draw.state import get_page_state
from services.frontend.views.models.changes import show_changes
from services.frontend.views.models.comparison import show_comparison
from services.frontend.views.models.details import show_details
from services.frontend.views.models.known import get_details, get_models, refer_to
from services.frontend.views.models.table import show_refused, show_versions
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelList

AWAY = "The recogniser can't be reached just now. The models are here again when it is back."
NOTHING_LISTED = "No model version can be asked just now. They are here as soon as there is one."
HELP = "For this visit. What is on the canvas is read again."
OTHERS_HELP = (
    " A model that is not ours (openai/…) is asked by the Draw page only, without «where it looks»; pages of digits "
    "are read by our own."
)


def show_models() -> None:
    """The whole page, or the sentence why there is none yet."""
    title, choice = st.columns([2, 1], vertical_alignment="bottom")
    with title:
        show_title("Models")
    try:
        known = get_models()
    except (ServiceUnavailableError, RefusedError):
        show_away(AWAY)
        return
    if not known.models:
        show_refused(known)
        show_away(NOTHING_LISTED)
        return
    with choice:
        show_choice(known)
    with st.container(border=True, key="versions"):
        show_versions(known)
    with st.container(border=True, key="compare-card"):
        show_two(known)
    with st.container(border=True, key="closer"):
        show_one(known)


def show_choice(known: ModelList) -> None:
    """Which version the pages of this visit ask."""
    options = [None, *map(refer_to, known.models), *known.others]
    chosen = get_chosen_model()
    if chosen not in options:  # it was removed since
        choose_model(None)
    st.selectbox(
        "Your pages ask",
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda reference: reference or f"The service's choice ({known.default})",
        key="choice",
        on_change=take_choice,
        help=HELP + OTHERS_HELP if known.others else HELP,
    )


def take_choice() -> None:
    """And what is on the canvas is to be read anew."""
    choose_model(st.session_state["choice"])
    get_page_state().read_again()


@st.fragment
def show_two(known: ModelList) -> None:
    """Side by side on one drawing, then number by number."""
    show_heading("Compare two", "on the same drawing, and by what was measured when they were published")
    by_reference = {refer_to(model): model for model in known.models}
    options = sorted(by_reference, key=lambda reference: reference != str(known.default))
    first, second = st.columns(2, gap="medium")
    before = first.selectbox("Compare", options, key="compare", bind="query-params")
    after = second.selectbox("with", options, index=min(1, len(options) - 1), key="with", bind="query-params")
    show_comparison(by_reference[before], by_reference[after])
    try:
        show_changes(get_details(before), get_details(after))
    except (ServiceUnavailableError, RefusedError):
        st.html(f'<p class="sentence">{AWAY}</p>')


@st.fragment
def show_one(known: ModelList) -> None:
    """How one version was made and how well it does."""
    show_heading("Look closer", "how one version learned, and what it reached on test data it had never seen")
    options = [str(known.default), *(one for one in map(refer_to, known.models) if one != str(known.default))]
    reference = st.selectbox("Version", options, key="version", bind="query-params")
    try:
        details = get_details(reference)
    except (ServiceUnavailableError, RefusedError):
        st.html(f'<p class="sentence">{AWAY}</p>')
        return
    show_details(details)


show_models()
