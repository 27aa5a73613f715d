"""The newest entries of the audit, for a curator: deletions, exports, sign-ins, changes of tokens."""

from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from services.frontend.elements.sentences import describe_failure
from services.frontend.elements.table import table_html
from services.frontend.elements.time_zone import describe_time, find_zone
from services.frontend.session.identity import get_storage
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.access import AuditEntry

NEWEST = 50
HEAD = ("When", "Who", "What", "Details")
AWAY = "Storage can't be reached right now."
MORE = f"The newest {NEWEST} entries. Where storage runs, `python -m services.storage.audit` prints all."


def show_audit() -> None:
    """A list that is closed at first. Storage is asked only when it is open."""
    expander = st.expander("Audit: who did what", icon=":material/fact_check:", key="audit", on_change="rerun")
    if expander.open:
        with expander:
            _show_entries()


def describe_entry(entry: AuditEntry, zone: ZoneInfo) -> tuple[str, str, str, str]:
    """The cells of a row, in the order of HEAD."""
    details = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in entry.details.items())
    return describe_time(entry.at, zone), entry.who, entry.action.replace("_", " "), details


def _show_entries() -> None:
    try:
        page = get_storage().list_audit(NEWEST)
    except (ServiceUnavailableError, RefusedError) as error:
        st.html(f'<p class="note">{escape(describe_failure(AWAY, error))}</p>')
        return
    zone = find_zone(st.context.timezone)
    st.html(table_html("Newest first", HEAD, [describe_entry(entry, zone) for entry in page.entries]))
    if page.next_before is not None:
        st.caption(MORE)
