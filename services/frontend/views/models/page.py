"""The Models page: all versions, the choice of the one that answers, a comparison of two, one in detail, the journal.

A curator also sees how to change which version answers for everybody. What the page shows comes from inference, except
what a version in shadow answered. The choice is kept in the session of the visitor.
"""

import streamlit as st

from services.frontend.elements.headings import show_heading, show_title
from services.frontend.elements.sentences import describe_failure, show_away, show_failure
from services.frontend.session.chosen_model import CHOICE, choose_model, get_chosen_model
from services.frontend.session.draw_state import get_draw_state
from services.frontend.views.models.changes import show_changes
from services.frontend.views.models.comparison import show_comparison
from services.frontend.views.models.details import show_details
from services.frontend.views.models.drift import show_drift
from services.frontend.views.models.journal import show_journal
from services.frontend.views.models.lookups import get_details, get_models
from services.frontend.views.models.promotion import show_promotion
from services.frontend.views.models.shadow import show_shadow
from services.frontend.views.models.table import show_unavailable, show_versions
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelList

AWAY = "The recogniser can't be reached right now. The models will appear when it is back."
NOTHING_LISTED = "No model version is available right now."
HELP = "For this visit only. The drawing on the canvas is read again."
EXTERNAL_HELP = (
    ' External models (openai/…) answer on the Draw page only, and without "where it looks". '
    "Slate's default model reads the pictures on the Photo page."
)


def show_models() -> None:
    """The whole page, or a sentence if there are no models to show."""
    title, choice = st.columns([2, 1], vertical_alignment="bottom")
    with title:
        show_title("Models")
    try:
        listed = get_models()
    except (ServiceUnavailableError, RefusedError) as error:
        show_away(describe_failure(AWAY, error))
        return
    if not listed.models:
        show_unavailable(listed)
        show_away(NOTHING_LISTED)
        return
    with choice:
        show_choice(listed)
    with st.container(border=True, key="versions"):
        show_versions(listed)
    show_promotion(listed)
    show_shadow(listed)
    show_drift(listed.default.name)
    with st.container(border=True, key="compare-card"):
        show_two(listed)
    with st.container(border=True, key="closer"):
        show_one(listed)
    with st.container(border=True, key="journal-card"):
        show_journal(listed)


def show_choice(listed: ModelList) -> None:
    """The choice of the version that answers in this visit."""
    options = [None, *(model.reference for model in listed.models), *listed.others]
    chosen = get_chosen_model()
    if chosen not in options:  # it no longer exists
        choose_model(None)
    st.selectbox(
        "Model for your pages",
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=lambda reference: reference or f"Default ({listed.default})",
        key=CHOICE,
        on_change=take_choice,
        help=HELP + EXTERNAL_HELP if listed.others else HELP,
    )


def take_choice() -> None:
    """Sets the chosen version, and reads the drawing on the canvas again."""
    choose_model(st.session_state[CHOICE])
    get_draw_state().drop_prediction()


@st.fragment
def show_two(listed: ModelList) -> None:
    """Two versions on the same drawing, and their metrics."""
    show_heading("Compare two versions", "on the same drawing, and by their measurements when they were published")
    by_reference = {model.reference: model for model in listed.models}
    options = sorted(by_reference, key=lambda reference: reference != str(listed.default))
    first, second = st.columns(2, gap="medium")
    before = first.selectbox("Compare", options, key="compare", bind="query-params")
    after = second.selectbox("with", options, index=min(1, len(options) - 1), key="with", bind="query-params")
    show_comparison(by_reference[before], by_reference[after])
    try:
        show_changes(get_details(before), get_details(after))
    except (ServiceUnavailableError, RefusedError) as error:
        show_failure(AWAY, error)


@st.fragment
def show_one(listed: ModelList) -> None:
    """The details of one version."""
    show_heading("One version in detail", "how it was trained, and how it does on test data that it was not trained on")
    options = [
        str(listed.default),
        *(model.reference for model in listed.models if model.reference != str(listed.default)),
    ]
    reference = st.selectbox("Version", options, key="version", bind="query-params")
    try:
        details = get_details(reference)
    except (ServiceUnavailableError, RefusedError) as error:
        show_failure(AWAY, error)
        return
    show_details(details)


show_models()
