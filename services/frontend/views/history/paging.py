"""The page of the history at the place in the address, and the buttons that go to other pages."""

import streamlit as st

from services.frontend.session.identity import get_storage
from services.frontend.views.history.link import HistoryLink, write_link
from shared.clients.service import RefusedError
from shared.contracts.storage import HistoryFilters, PredictionPage

PAGE_SIZE = 20
NOT_VALID = "The place in the page's address is not valid, so the list starts with the first drawing."


def find_page(link: HistoryLink, filters: HistoryFilters) -> PredictionPage:
    """The predictions at the place in the address, or the first ones if none stand before it or the cursor is invalid.

    ServiceUnavailableError, RefusedError.
    """
    storage = get_storage()
    if link.older_than or link.newer_than:
        try:
            page = storage.list_predictions(
                PAGE_SIZE, filters, cursor=link.older_than, newer_than=link.newer_than, order=link.order
            )
        except RefusedError as refused:
            if refused.problem.code != "invalid_request":
                raise
            st.info(NOT_VALID)
        else:
            if page.previous_cursor is not None:
                return page
    return storage.list_predictions(PAGE_SIZE, filters, order=link.order)


def show_paging(link: HistoryLink, page: PredictionPage) -> None:
    """Buttons for the first, the previous and the next page, if there is more than one."""
    if not page.previous_cursor and not page.next_cursor:
        return
    first = link.without_place()
    previous = first.model_copy(update={"newer_than": page.previous_cursor}) if page.previous_cursor else None
    following = first.model_copy(update={"older_than": page.next_cursor}) if page.next_cursor else None
    with st.container(horizontal=True, horizontal_alignment="center", key="history-paging"):
        _show_button("First", ":material/first_page:", first if previous else None)
        _show_button("Previous", ":material/chevron_left:", previous)
        _show_button("Next", ":material/chevron_right:", following)


def _show_button(label: str, icon: str, link: HistoryLink | None) -> None:
    """A button that goes to `link`, disabled if there is none."""
    st.button(
        label,
        icon=icon,
        key=f"history-{label.lower()}",
        disabled=link is None,
        on_click=st.query_params.from_dict,
        args=({} if link is None else write_link(link),),
    )
