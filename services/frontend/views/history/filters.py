"""The controls that narrow the history. What they are set to stands in the address, and the address sets them."""

from typing import get_args

import streamlit as st

from services.frontend.connections import check_health, connect
from services.frontend.views.history.link import HistoryLink, Show, read_link, write_link
from services.frontend.views.history.row import CAME
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Source

MODELS_TTL_S = 5.0
PREFIX = "history-"
NARROWER = ("read", "label", "model", "source", "since", "until")  # what folds away
DIGITS = range(10)


def show_filters(link: HistoryLink) -> None:
    """Those of the address, to be changed; a change starts from the newest again."""
    for name in ("show", *NARROWER):
        st.session_state[PREFIX + name] = getattr(link, name)
    chosen = sum(getattr(link, name) is not None for name in NARROWER)
    st.segmented_control(
        "Show",
        get_args(Show),
        key=PREFIX + "show",
        required=True,
        format_func=str.capitalize,
        on_change=_follow,
        label_visibility="collapsed",
        wrap=True,
    )
    with st.expander(f"Filters · {chosen}" if chosen else "Filters", key=PREFIX + "filters", icon=":material/tune:"):
        digits = st.columns(2)
        digits[0].pills("Read as", DIGITS, key=PREFIX + "read", on_change=_follow, wrap=True)
        digits[1].pills("Really is", DIGITS, key=PREFIX + "label", on_change=_follow, wrap=True)
        model, source, since, until = st.columns(4)
        model.selectbox(
            "Model",
            _with_chosen(_find_models(), link.model),
            key=PREFIX + "model",
            placeholder="Any",
            on_change=_follow,
        )
        source.selectbox(
            "Source",
            get_args(Source),
            key=PREFIX + "source",
            format_func=lambda name: CAME[name].capitalize(),
            placeholder="Any",
            on_change=_follow,
        )
        since.date_input("From", None, key=PREFIX + "since", format="YYYY-MM-DD", on_change=_follow)
        until.date_input("To", None, key=PREFIX + "until", format="YYYY-MM-DD", on_change=_follow)
        if chosen:
            st.button("Clear filters", icon=":material/filter_alt_off:", on_click=st.query_params.clear)


def _follow() -> None:
    """The address follows the controls."""
    wanted = {name: st.session_state.get(PREFIX + name) for name in ("show", *NARROWER)}
    link, _ = read_link({name: value for name, value in wanted.items() if value is not None})
    st.query_params.from_dict(write_link(link))


def _find_models() -> list[str]:
    try:
        return get_models() if check_health().storage else []
    except (ServiceUnavailableError, RefusedError):
        return []


@st.cache_data(ttl=MODELS_TTL_S, show_spinner=False)
def get_models() -> list[str]:
    """Every model that has read something, and each of its versions."""
    versions = connect().storage.list_model_versions().models
    return sorted({model.name for model in versions} | {str(model) for model in versions})


def _with_chosen(models: list[str], chosen: str | None) -> list[str]:
    return models if chosen is None or chosen in models else [chosen, *models]
