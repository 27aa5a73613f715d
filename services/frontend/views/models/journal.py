"""What happened to a model: new versions and why they were held back, promotions, roll-backs, nights without news."""

import streamlit as st

from services.frontend.elements.headings import show_heading
from services.frontend.elements.table import table_html
from services.frontend.views.models.lookups import get_journal
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import ModelList
from shared.contracts.promotion import JournalEvent

NOTHING_YET = "Nothing is written in the journal of this model yet."
AWAY = "The journal can't be read right now."
EVENTS = {
    "refined": "learned from labels",
    "held_back": "held back by the gate",
    "nothing_to_learn": "nothing to learn",
    "failed": "the refinement failed",
    "promoted": "put in use",
    "rolled_back": "put in use again",
    "shadow_began": "runs in shadow",
    "shadow_ended": "no longer in shadow",
    "made_default": "answers by default",
    "removed": "removed",
}


@st.fragment
def show_journal(listed: ModelList) -> None:
    """The newest events of one model."""
    show_heading("What happened", "what was done with the versions of a model, and why not more")
    names = sorted({model.name for model in [*listed.models, *listed.readers] if model.current})
    options = sorted(names, key=lambda name: name != listed.default.name)
    name = st.selectbox("Journal of", options, key="journal")
    try:
        events = get_journal(name).events
    except (ServiceUnavailableError, RefusedError):
        st.html(f'<p class="sentence">{AWAY}</p>')
        return
    if not events:
        st.html(f'<p class="sentence" data-testid="no-journal">{NOTHING_YET}</p>')
        return
    st.html(table_html("What happened", ("when (UTC)", "what", "version", "why"), [write_event(one) for one in events]))


def write_event(event: JournalEvent) -> list[str]:
    """One row of the table."""
    what = EVENTS.get(event.event, event.event.replace("_", " "))
    return [f"{event.at:%d %b %Y %H:%M}", what, event.version or "–", event.why or "–"]
