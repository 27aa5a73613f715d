"""The History page: the stored drawings that this person may see, to filter, correct, delete and download.

The address of the page holds the filters, the order and the place in the list, so that it can be shared. The place is a
cursor of storage, which makes late pages as fast as the first.
"""

from datetime import date

import streamlit as st

from services.frontend.connections import check_health
from services.frontend.elements.headings import show_title
from services.frontend.elements.sentences import show_sentence
from services.frontend.elements.thumbnails import find_thumbnails
from services.frontend.elements.time_zone import find_zone
from services.frontend.session.identity import Identity, get_identity, get_storage
from services.frontend.views.history.count import get_count, write_count
from services.frontend.views.history.delete_mine import show_delete_mine
from services.frontend.views.history.download_buttons import show_download
from services.frontend.views.history.filter_words import describe_filters
from services.frontend.views.history.filters import show_clear_filters, show_filters
from services.frontend.views.history.link import HistoryLink, read_link
from services.frontend.views.history.paging import find_page, show_paging
from services.frontend.views.history.periods import find_today
from services.frontend.views.history.row import show_row
from services.frontend.views.history.several import SELECTING, show_several
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.storage import LEAST_SURE_WINDOW, PredictionCount, PredictionPage, StoredPrediction

AWAY = "Storage can't be reached right now. The history will appear when it is back."
NOTHING_YET = "Nothing has been read yet. Draw a digit to start the history."
NOTHING_OF_YOURS = "You have drawn nothing yet in this browser. Draw a digit to start your history."
NOTHING_MATCHES = "No drawing matches these filters."
WINDOW = (
    f"The least sure of the newest {LEAST_SURE_WINDOW:,} drawings. For older ones, choose their days in the filters."
)
SENTENCE = "history-sentence"  # key


def show_history() -> None:
    """The whole page. A sentence takes the place of the rows if there are none."""
    identity, zone = get_identity(), find_zone(st.context.timezone)
    link, invalid = read_link(st.query_params.to_dict())
    today = find_today(zone)
    with st.container(horizontal=True, vertical_alignment="center", key="history-head"):
        show_title("History", width="content")
        place_of_count = st.empty()
        st.space("stretch")
        place_of_tools = st.container(
            horizontal=True, vertical_alignment="center", width="content", key="history-tools"
        )
    show_filters(link, identity, today)
    if invalid:
        show_invalid(invalid)
    filters = link.to_filters(zone, sees_history=identity.sees_history)
    try:
        page = find_page(link, filters) if check_health().storage else None
        count = get_count(identity, filters) if page is not None else None
    except ServiceUnavailableError:
        page = count = None
    except RefusedError as refused:
        show_sentence(refused.problem.detail, SENTENCE)
        return
    if page is None or count is None:
        show_sentence(AWAY, SENTENCE)
        return
    place_of_count.html(f'<span class="count" data-testid="count">{write_count(count)}</span>', width="content")
    with place_of_tools:
        show_tools(link, page, count, today)
    if page.predictions:
        show_list(link, page, count)
    else:
        show_nothing(link, identity)


def show_tools(link: HistoryLink, page: PredictionPage, count: PredictionCount, today: date) -> None:
    """What can be done with the list as a whole."""
    identity, zone = get_identity(), find_zone(st.context.timezone)
    if list_changeable(page):
        st.toggle("Select several", key=SELECTING)
    filters = link.to_filters(zone, sees_history=identity.sees_history)
    show_download(filters, link.order, count, describe_filters(link, today))
    if identity.owns:
        show_delete_mine()


def show_list(link: HistoryLink, page: PredictionPage, count: PredictionCount) -> None:
    """One row for each prediction, with its buttons or with a tick, and the buttons to other pages."""
    zone = find_zone(st.context.timezone)
    thumbnails = find_thumbnails([prediction.id for prediction in page.predictions], get_storage())
    if link.order == "least_sure" and count.more:
        st.html(f'<p class="note" data-testid="window">{WINDOW}</p>')
    if st.session_state.get(SELECTING) and (changeable := list_changeable(page)):
        show_several(changeable, thumbnails, zone)
    else:
        with st.container(border=True, key="history-rows", gap=None):
            for prediction in page.predictions:
                show_row(prediction, thumbnails[prediction.id], zone)
    show_paging(link, page)


def list_changeable(page: PredictionPage) -> list[StoredPrediction]:
    """The predictions that this person may label and delete."""
    is_curator = get_identity().is_curator
    return [prediction for prediction in page.predictions if prediction.mine or is_curator]


def show_nothing(link: HistoryLink, identity: Identity) -> None:
    """Says why the list is empty, with a way on."""
    if link.has_filters:
        show_sentence(NOTHING_MATCHES, SENTENCE)
        show_clear_filters(link, "history-show-all")
    else:
        show_sentence(NOTHING_YET if identity.sees_history else NOTHING_OF_YOURS, SENTENCE, draw_link=True)


def show_invalid(parts: list[str]) -> None:
    """Names the invalid parts of the address, each cut to 40 characters."""
    named = ", ".join(f"`{part.replace('`', '')[:40]}`" for part in parts)
    st.info(f"This part of the page's address is not valid and was ignored: {named}.")


show_history()
