"""The filters and the order of the History page.

Their values come from the address of the page, and every change is written to it, so that a link shows others the same
list.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import get_args

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import check_health, connect
from services.frontend.elements.answer import name_label
from services.frontend.session.identity import Identity
from services.frontend.views.history.filter_words import describe_filters
from services.frontend.views.history.link import HistoryLink, Show, read_link, write_link
from services.frontend.views.history.periods import NAMES as PERIODS
from services.frontend.views.history.periods import Period, begin_period, find_period
from services.frontend.views.history.row import SOURCES
from services.frontend.views.history.true_digit import LABELS
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import Order, Source

MODELS_TTL_S = 5.0
PREFIX = "history-"
NAMES = ("show", "order", "mine", "read", "label", "model", "source", "since", "until")
DIGITS = range(10)
ORDERS: dict[str, str] = {"newest": "Newest first", "least_sure": "Least sure first"}
FOLDED = "Filters: digit, day, model, source"


def show_filters(link: HistoryLink, identity: Identity, today: date) -> None:
    """Shows the filters of the address. A change goes back to the first predictions."""
    for name in NAMES:
        st.session_state[PREFIX + name] = getattr(link, name)
    with st.container(horizontal=True, vertical_alignment="center", key=PREFIX + "choice"):
        _show_choice("show", "Show", get_args(Show), str.capitalize)
        _show_choice("order", "Order", get_args(Order), ORDERS.__getitem__)
        if identity.sees_history and not identity.is_curator:
            st.toggle("Only mine", key=PREFIX + "mine", on_change=_update_address)
    words = describe_filters(link, today)
    with st.expander(f"Filters: {words}" if words else FOLDED, key=PREFIX + "filters", icon=":material/tune:"):
        _show_digits()
        _show_days(link, today)
        _show_origin(link, identity)
        if link.has_filters:
            show_clear_filters(link, PREFIX + "clear")


def show_clear_filters(link: HistoryLink, key: str) -> None:
    """A button that shows everything again, in the same order."""
    st.button(
        "Clear filters",
        icon=":material/filter_alt_off:",
        key=key,
        on_click=st.query_params.from_dict,
        args=(write_link(link.without_filters()),),
    )


def _show_choice(name: str, label: str, options: Sequence[str], write: Callable[[str], str]) -> None:
    st.segmented_control(
        label,
        options,
        key=PREFIX + name,
        required=True,
        format_func=write,
        on_change=_update_address,
        label_visibility="collapsed",
        wrap=True,
    )


def _show_digits() -> None:
    read, really = st.columns(2)
    read.pills("Read as", DIGITS, key=PREFIX + "read", on_change=_update_address, wrap=True)
    really.pills("Really", LABELS, key=PREFIX + "label", format_func=name_label, on_change=_update_address, wrap=True)


def _show_days(link: HistoryLink, today: date) -> None:
    st.session_state[PREFIX + "period"] = find_period(link, today)
    quick, since, until = st.columns([2, 1, 1])
    quick.pills(
        "When",
        get_args(Period),
        key=PREFIX + "period",
        format_func=PERIODS.__getitem__,
        on_change=_choose_period,
        args=(today,),
        wrap=True,
    )
    since.date_input("From", None, key=PREFIX + "since", format="YYYY-MM-DD", on_change=_update_address)
    until.date_input("To", None, key=PREFIX + "until", format="YYYY-MM-DD", on_change=_update_address)


def _show_origin(link: HistoryLink, identity: Identity) -> None:
    model, source = st.columns(2)
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


def _choose_period(today: date) -> None:
    """Sets the days of the quick choice. Without one, there is no period."""
    period: Period | None = st.session_state[PREFIX + "period"]
    st.session_state[PREFIX + "since"] = None if period is None else begin_period(period, today)
    st.session_state[PREFIX + "until"] = None
    _update_address()


def _update_address() -> None:
    """Writes the filters and the order to the address."""
    wanted = {name: st.session_state.get(PREFIX + name) for name in NAMES}
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
