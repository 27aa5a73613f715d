"""The History page: the stored drawings that this person may see, newest first, to filter, correct, delete, download.

The address of the page holds the filters and the place in the list, so that it can be shared. The place is a cursor of
storage, which makes late pages as fast as the first.
"""

from functools import partial

import streamlit as st

from services.frontend.caller_keys import OWN
from services.frontend.connections import check_health, connect
from services.frontend.elements.headings import show_title
from services.frontend.elements.sentences import show_sentence
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.elements.time_zone import find_zone
from services.frontend.session.identity import Identity, get_identity, get_storage
from services.frontend.views.history.delete_mine import show_delete_mine
from services.frontend.views.history.download import MAX_DRAWINGS, MAX_ROWS, make_csv, make_zip
from services.frontend.views.history.filters import show_filters
from services.frontend.views.history.link import HistoryLink, read_link, write_link
from services.frontend.views.history.row import show_row
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import HistoryFilters, PredictionCount, PredictionPage

PAGE_SIZE = 20
COUNT_TTL_S = 5.0
AWAY = "Storage can't be reached right now. The history will appear when it is back."
NOTHING_YET = "Nothing has been read yet. Draw a digit to start the history."
LIMITS = (
    f"The CSV holds at most {MAX_ROWS:,} predictions, the ZIP at most {MAX_DRAWINGS:,} drawings (100 MB). Use the "
    "filters to get the others. Drawings are PNG, JPEG or WebP files, as they were received."
)
NOTHING_OF_YOURS = "You have drawn nothing yet in this browser. Draw a digit to start your history."
NOTHING_MATCHES = "No drawing matches these filters."
SENTENCE = "history-sentence"  # key


def show_history() -> None:
    """The whole page. A sentence takes the place of the rows if there are none."""
    identity = get_identity()
    link, invalid = read_link(st.query_params.to_dict())
    with st.container(horizontal=True, vertical_alignment="center", key="history-head"):
        show_title("History", width="content")
        place_of_count = st.empty()
        st.space("stretch")
        place_of_download = st.container(horizontal=True, width="content")
    show_filters(link, identity)
    if invalid:
        show_invalid(invalid)
    filters = link.to_filters(find_zone(st.context.timezone), sees_history=identity.sees_history)
    try:
        page = find_page(link, filters) if check_health().storage else None
        count = count_predictions(find_view(identity, filters), filters, identity.key) if page is not None else None
    except ServiceUnavailableError:
        page = count = None
    except RefusedError as refused:
        show_sentence(refused.problem.detail, SENTENCE)
        return
    if page is None or count is None:
        show_sentence(AWAY, SENTENCE)
        return
    place_of_count.html(f'<span class="count" data-testid="count">{write_count(count)}</span>', width="content")
    with place_of_download:
        show_download(filters, count)
        if identity.owns:
            show_delete_mine()
    if page.predictions:
        show_rows(page)
        show_paging(link, page)
    else:
        nothing = NOTHING_YET if identity.sees_history else NOTHING_OF_YOURS
        show_sentence(nothing if link == HistoryLink() else NOTHING_MATCHES, SENTENCE)


def show_invalid(parts: list[str]) -> None:
    """Names the invalid parts of the address, each cut to 40 characters."""
    named = ", ".join(f"`{part.replace('`', '')[:40]}`" for part in parts)
    st.info(f"This part of the page's address is not valid and was ignored: {named}.")


def find_page(link: HistoryLink, filters: HistoryFilters) -> PredictionPage:
    """The predictions at the place in the address, or the newest ones if there are none newer or the cursor is invalid.

    ServiceUnavailableError, RefusedError.
    """
    storage = get_storage()
    if link.older_than or link.newer_than:
        try:
            page = storage.list_predictions(PAGE_SIZE, filters, cursor=link.older_than, newer_than=link.newer_than)
        except RefusedError as refused:
            if refused.problem.code != "invalid_request":
                raise
            st.info("The place in the page's address is not valid, so the list starts with the newest drawing.")
        else:
            if page.previous_cursor is not None:
                return page
    return storage.list_predictions(PAGE_SIZE, filters)


@st.cache_data(ttl=COUNT_TTL_S, max_entries=100, show_spinner=False)
def count_predictions(view: str, filters: HistoryFilters, _key: str) -> PredictionCount:
    """The number of matching predictions, at most five seconds old. `view` keeps those of different persons apart."""
    return connect().callers.acting_as(_key).count_predictions(filters, MAX_ROWS)


def find_view(identity: Identity, filters: HistoryFilters) -> str:
    """The same for all persons who get the same answer."""
    return OWN if identity.sees_history and not filters.mine else identity.key


def write_count(count: PredictionCount) -> str:
    """`1 drawing`, `more than 10,000 drawings`."""
    return f"{'more than ' if count.more else ''}{count.predictions:,} drawing{'' if count.predictions == 1 else 's'}"


def show_rows(page: PredictionPage) -> None:
    """One row for each prediction."""
    zone = find_zone(st.context.timezone)
    thumbnails = find_thumbnails([prediction.id for prediction in page.predictions], get_storage())
    with st.container(border=True, key="history-rows", gap=None):
        for prediction in page.predictions:
            show_row(prediction, thumbnails[prediction.id], zone)


def show_paging(link: HistoryLink, page: PredictionPage) -> None:
    """Buttons for the newest, newer and older predictions."""
    newest = link.without_place()
    newer = newest.model_copy(update={"newer_than": page.previous_cursor}) if page.previous_cursor else None
    older = newest.model_copy(update={"older_than": page.next_cursor}) if page.next_cursor else None
    with st.container(horizontal=True, horizontal_alignment="center", key="history-paging"):
        show_paging_button("Newest", "first_page", newest if newer else None)
        show_paging_button("Newer", "chevron_left", newer)
        show_paging_button("Older", "chevron_right", older)


def show_paging_button(label: str, icon: str, link: HistoryLink | None) -> None:
    """A button that goes to `link`, disabled if there is none."""
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"history-{label.lower()}",
        disabled=link is None,
        on_click=st.query_params.from_dict,
        args=({} if link is None else write_link(link),),
    )


def show_download(filters: HistoryFilters, count: PredictionCount) -> None:
    """Offers both files. Each is made only when its button is pressed."""
    if not count.predictions:
        return
    storage = get_storage()
    with st.popover("Download", icon=":material/download:", key="history-download"):
        st.html('<p class="note">The drawings that match the filters, newest first.</p>')
        st.download_button(
            f"CSV: {write_extent(count, MAX_ROWS)}",
            partial(make_csv, storage, filters),
            "slate-history.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table:",
            width="stretch",
        )
        st.download_button(
            f"ZIP with drawings: {write_extent(count, MAX_DRAWINGS)}",
            partial(make_zip, storage, filters),
            "slate-drawings.zip",
            "application/zip",
            on_click="ignore",
            icon=":material/folder_zip:",
            width="stretch",
        )
        st.html(f'<p class="note">{LIMITS}</p>')


def write_extent(count: PredictionCount, most: int) -> str:
    """How many of the matching predictions a file holds: `all 742`, `the newest 1,000`."""
    if count.more or count.predictions > most:
        return f"the newest {most:,}"
    return f"all {count.predictions:,}" if count.predictions > 1 else "1 drawing"


show_history()
