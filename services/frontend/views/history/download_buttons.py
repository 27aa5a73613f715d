"""The two buttons that download what the History page shows, and how many predictions each file holds."""

from functools import partial

import streamlit as st

from services.frontend.session.identity import get_storage
from services.frontend.views.history.download import MAX_DRAWINGS, MAX_ROWS, make_csv, make_zip
from shared.contracts.storage import HistoryFilters, Order, PredictionCount

LIMITS = (
    f"The CSV holds at most {MAX_ROWS:,} predictions, the ZIP at most {MAX_DRAWINGS:,} drawings (100 MB). Use the "
    "filters to get the others. Drawings are PNG, JPEG or WebP files, as they were received."
)
FIRST: dict[Order, str] = {"newest": "newest", "least_sure": "least sure"}


def show_download(filters: HistoryFilters, order: Order, count: PredictionCount, words: str) -> None:
    """Offers both files. Each is made only when its button is pressed. `words` say what the filters are."""
    if not count.predictions:
        return
    storage = get_storage()
    with st.popover("Download", icon=":material/download:", key="history-download"):
        what = f"The drawings of this list, on all its pages: {words}" if words else "All drawings of this list"
        st.html(f'<p class="note">{what}. The {FIRST[order]} come first.</p>')
        st.download_button(
            f"CSV: {write_extent(count, MAX_ROWS, order)}",
            partial(make_csv, storage, filters, order),
            "slate-history.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table:",
            width="stretch",
        )
        st.download_button(
            f"ZIP with drawings: {write_extent(count, MAX_DRAWINGS, order)}",
            partial(make_zip, storage, filters, order),
            "slate-drawings.zip",
            "application/zip",
            on_click="ignore",
            icon=":material/folder_zip:",
            width="stretch",
        )
        st.html(f'<p class="note">{LIMITS}</p>')


def write_extent(count: PredictionCount, most: int, order: Order = "newest") -> str:
    """How many of the matching predictions a file holds: `all 742`, `the newest 1,000`."""
    if count.more or count.predictions > most:
        return f"the {FIRST[order]} {most:,}"
    return f"all {count.predictions:,}" if count.predictions > 1 else "1 drawing"
