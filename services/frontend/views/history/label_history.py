"""Who said when what a stored drawing is: a list that a curator opens in a row of the History page."""

from collections.abc import Iterator
from html import escape
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.elements.answer import name_label
from services.frontend.elements.sentences import describe_failure
from services.frontend.elements.time_zone import write_time
from services.frontend.session.identity import get_storage
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.access import LabelChange

NOBODY_YET = "Nobody has said what this drawing is."
AWAY = "Storage can't be reached right now."


def show_label_history(prediction_id: UUID, zone: ZoneInfo) -> None:
    """A button that opens the list. Storage is asked only when it is open."""
    popover = st.popover(
        "Who labelled it", icon=":material/history:", type="tertiary", key=f"labels-{prediction_id}", on_change="rerun"
    )
    if popover.open:
        with popover:
            st.html("".join(_write_history(prediction_id, zone)))


def describe_change(change: LabelChange) -> str:
    """`curator ada said 3`, `you removed the label`."""
    said = "removed the label" if change.after is None else f"said {name_label(change.after)}"
    notes = [" in an import"] * (change.origin == "import") + [", which does not count"] * (not change.counts)
    return f"{change.by} {said}{''.join(notes)}"


def _write_history(prediction_id: UUID, zone: ZoneInfo) -> Iterator[str]:
    try:
        changes = get_storage().get_label_history(prediction_id).changes
    except (ServiceUnavailableError, RefusedError) as error:
        yield f'<p class="note">{escape(describe_failure(AWAY, error))}</p>'
        return
    if not changes:
        yield f'<p class="note">{NOBODY_YET}</p>'
        return
    yield '<ol class="label-history" data-testid="label-history">'
    for change in changes:
        yield f"<li>{escape(describe_change(change))} {write_time(change.at, zone)}</li>"
    yield "</ol>"
