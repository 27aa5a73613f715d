"""The history page: every drawing, newest first, narrowed by filters, corrected, deleted, downloaded.

The address holds the filters and the place, so that it can be passed on; storage's cursors make the thousandth page as
fast as the first.
"""

from functools import partial
from html import escape

import streamlit as st

from services.frontend.connections import check_health, connect
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.views.history.download import MAX_DRAWINGS, MAX_ROWS, make_csv, make_zip
from services.frontend.views.history.filters import show_filters
from services.frontend.views.history.link import HistoryLink, find_zone, read_link, write_link
from services.frontend.views.history.row import show_row
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import HistoryFilters, PredictionCount, PredictionPage

PAGE_SIZE = 20
COUNT_TTL_S = 5.0
AWAY = "Storage can't be reached just now. The history is here again when it is back."
NOTHING_YET = "Nothing has been read yet. Draw a digit: this page begins with it."
LIMITS = (
    f"At most {MAX_ROWS:,} predictions in the CSV and {MAX_DRAWINGS:,} drawings (100 MB) in the ZIP: narrow the "
    "filters for the rest. Drawings are as they came, PNG or JPEG or WebP, each under its own suffix."
)
NOTHING_FITS = "No drawing fits these filters."


def show_history() -> None:
    """The whole page, or the sentence why there is nothing to show."""
    link, unread = read_link(st.query_params.to_dict())
    with st.container(horizontal=True, vertical_alignment="center", key="history-head"):
        st.html('<h1 class="page-title">History</h1>', width="content")
        place_of_count = st.empty()
        st.space("stretch")
        place_of_download = st.container(width="content")
    show_filters(link)
    if unread:
        show_unread(unread)
    filters = link.to_filters(find_zone(st.context.timezone))
    try:
        page = find_page(link, filters) if check_health().storage else None
        count = count_predictions(filters) if page is not None else None
    except ServiceUnavailableError:
        page = count = None
    except RefusedError as refused:
        show_sentence(refused.problem.detail)
        return
    if page is None or count is None:
        show_sentence(AWAY)
        return
    place_of_count.html(f'<span class="count" data-testid="count">{say_count(count)}</span>', width="content")
    with place_of_download:
        show_download(filters, count)
    if page.predictions:
        show_page(page)
        show_ways(link, page)
    else:
        show_sentence(NOTHING_YET if link == HistoryLink() else NOTHING_FITS)


def show_unread(parts: list[str]) -> None:
    """What of the address could not be read, none of it longer than a glance."""
    named = ", ".join(f"`{part.replace('`', '')[:40]}`" for part in parts)
    st.info(f"This page can't read {named} in its address, and left it out.")


def find_page(link: HistoryLink, filters: HistoryFilters) -> PredictionPage:
    """The page of the address; the newest one where nothing newer is left, or where storage gave no such cursor.

    ServiceUnavailableError, RefusedError.
    """
    storage = connect().storage
    if link.older_than or link.newer_than:
        try:
            page = storage.list_predictions(PAGE_SIZE, filters, cursor=link.older_than, newer_than=link.newer_than)
        except RefusedError as refused:
            if refused.problem.code != "invalid_request":
                raise
            st.info("The place in this page's address is not known, so it begins with the newest.")
        else:
            if page.previous_cursor is not None:
                return page
    return storage.list_predictions(PAGE_SIZE, filters)


@st.cache_data(ttl=COUNT_TTL_S, max_entries=100, show_spinner=False)
def count_predictions(filters: HistoryFilters) -> PredictionCount:
    """At most five seconds old."""
    return connect().storage.count_predictions(filters, MAX_ROWS)


def say_count(count: PredictionCount) -> str:
    """«1 drawing», «more than 10,000 drawings»."""
    return f"{'more than ' if count.more else ''}{count.predictions:,} drawing{'' if count.predictions == 1 else 's'}"


def show_page(page: PredictionPage) -> None:
    """A row a prediction."""
    zone = find_zone(st.context.timezone)
    thumbnails = find_thumbnails([prediction.id for prediction in page.predictions])
    with st.container(border=True, key="history-rows", gap=None):
        for prediction in page.predictions:
            show_row(prediction, thumbnails[prediction.id], zone)


def show_ways(link: HistoryLink, page: PredictionPage) -> None:
    """To the newest, the newer and the older ones."""
    base = link.without_place()
    with st.container(horizontal=True, horizontal_alignment="center", key="history-ways"):
        show_way("Newest", "first_page", base if page.previous_cursor else None)
        show_way(
            "Newer",
            "chevron_left",
            page.previous_cursor and base.model_copy(update={"newer_than": page.previous_cursor}),
        )
        show_way(
            "Older", "chevron_right", page.next_cursor and base.model_copy(update={"older_than": page.next_cursor})
        )


def show_way(label: str, icon: str, link: HistoryLink | str | None) -> None:
    """A button that leads there; pale where there is nothing."""
    there = write_link(link) if isinstance(link, HistoryLink) else {}
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"history-{label.lower()}",
        disabled=not isinstance(link, HistoryLink),
        on_click=st.query_params.from_dict,
        args=(there,),
    )


def show_download(filters: HistoryFilters, count: PredictionCount) -> None:
    """Both files are made when asked for, and not before."""
    if not count.predictions:
        return
    storage = connect().storage
    with st.popover("Download", icon=":material/download:", key="history-download"):
        st.html('<p class="note">What the filters show, newest first.</p>')
        st.download_button(
            f"CSV: {say_share(count, MAX_ROWS)}",
            partial(make_csv, storage, filters),
            "slate-history.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table:",
            width="stretch",
        )
        st.download_button(
            f"ZIP with drawings: {say_share(count, MAX_DRAWINGS)}",
            partial(make_zip, storage, filters),
            "slate-drawings.zip",
            "application/zip",
            on_click="ignore",
            icon=":material/folder_zip:",
            width="stretch",
        )
        st.html(f'<p class="note">{LIMITS}</p>')


def say_share(count: PredictionCount, most: int) -> str:
    """«all 742», «the newest 1,000»."""
    if count.more or count.predictions > most:
        return f"the newest {most:,}"
    return f"all {count.predictions:,}" if count.predictions > 1 else "the one"


def show_sentence(sentence: str) -> None:
    """In place of the rows."""
    with st.container(border=True, key="history-sentence"):
        st.html(f'<p class="sentence" data-testid="sentence">{escape(sentence)}</p>')


show_history()
