"""The filters of the History page.

Their values come from the address of the page, and every change is written to it, so that a link shows others the same
list.
"""

from typing import get_args

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import check_health, connect
from services.frontend.session.identity import Identity
from services.frontend.views.history.link import HistoryLink, Show, read_link, write_link
from services.frontend.views.history.row import SOURCES
from services.frontend.views.history.true_digit import LABELS, write_label
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Source

MODELS_TTL_S = 5.0
PREFIX = "history-"
DETAILS = ("read", "label", "model", "source", "since", "until")  # the filters that can be folded away
DIGITS = range(10)


def show_filters(link: HistoryLink, identity: Identity) -> None:
    """Shows the filters of the address. A change goes back to the newest predictions."""
    for name in ("show", "mine", *DETAILS):
        st.session_state[PREFIX + name] = getattr(link, name)
    chosen = sum(getattr(link, name) is not None for name in DETAILS)
    with st.container(horizontal=True, vertical_alignment="center", key=PREFIX + "choice"):
        st.segmented_control(
            "Show",
            get_args(Show),
            key=PREFIX + "show",
            required=True,
            format_func=str.capitalize,
            on_change=_update_address,
            label_visibility="collapsed",
            wrap=True,
        )
        if identity.sees_history and not identity.is_curator:
            st.toggle("Only mine", key=PREFIX + "mine", on_change=_update_address)
    with st.expander(f"Filters · {chosen}" if chosen else "Filters", key=PREFIX + "filters", icon=":material/tune:"):
        digits = st.columns(2)
        digits[0].pills("Read as", DIGITS, key=PREFIX + "read", on_change=_update_address, wrap=True)
        digits[1].pills(
            "True digit", LABELS, key=PREFIX + "label", format_func=write_label, on_change=_update_address, wrap=True
        )
        model, source, since, until = st.columns(4)
        model.selectbox(
            "Model",
            _with_chosen(_find_models(identity), link.model),
            key=PREFIX + "model",
            placeholder="Any",
            on_change=_update_address,
        )
        source.selectbox(
            "Source",
            get_args(Source),
            key=PREFIX + "source",
            format_func=lambda name: SOURCES[name].capitalize(),
            placeholder="Any",
            on_change=_update_address,
        )
        since.date_input("From", None, key=PREFIX + "since", format="YYYY-MM-DD", on_change=_update_address)
        until.date_input("To", None, key=PREFIX + "until", format="YYYY-MM-DD", on_change=_update_address)
        if chosen:
            st.button("Clear filters", icon=":material/filter_alt_off:", on_click=st.query_params.clear)


def _update_address() -> None:
    """Writes the filters to the address."""
    wanted = {name: st.session_state.get(PREFIX + name) for name in ("show", "mine", *DETAILS)}
    link, _ = read_link({name: value for name, value in wanted.items() if value is not None})
    st.query_params.from_dict(write_link(link))


def _find_models(identity: Identity) -> list[str]:
    view = OWN if identity.sees_totals else identity.key
    try:
        return list_stored_models(view, identity.key) if check_health().storage else []
    except (ServiceUnavailableError, RefusedError):
        return []


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def list_stored_models(view: str, _key: str) -> list[str]:
    """Every model in storage, and each of its versions. `view` keeps the lists of different persons apart."""
    versions = connect().callers.acting_as(_key).list_model_versions().models
    return sorted({model.name for model in versions} | {str(model) for model in versions})


def _with_chosen(models: list[str], chosen: str | None) -> list[str]:
    return models if chosen is None or chosen in models else [chosen, *models]
