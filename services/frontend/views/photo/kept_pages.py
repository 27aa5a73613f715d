"""The pictures of a visit, kept for the visitor's tab, so that loading the page again does not lose them.

Streamlit starts a new session then. The browser keeps a ticket for its tab, and the server the pictures of that ticket:
for a while, and as long as all of them fit into the memory set aside for this.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from services.frontend.session.identity import get_identity
from services.frontend.views.photo.state import Photo, PhotoPage, get_photo_page

KEPT_S = 30 * 60  # after the last run of the page
MAX_KEPT_BYTES = 256 * 1024 * 1024  # of all visitors together, two full visits; beyond it the longest unused go
TICKET_LENGTHS = range(16, 65)
COMPONENT = "photo-ticket"  # the key of the component
RETURNED = "photos-returned"  # session key
SCRIPT = Path(__file__).parent / "ticket.js"


@dataclass
class KeptPages:
    """The pages of all visitors by owner and ticket, the one used last at the end. Safe for threads."""

    now: Callable[[], float] = time.monotonic
    pages: dict[tuple[str, str], tuple[float, PhotoPage]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, owner: str, ticket: str, page: PhotoPage) -> None:
        """Keeps the page, or keeps it longer. Forgets what is too old or too much."""
        with self.lock:
            self.pages.pop((owner, ticket), None)
            self.pages[owner, ticket] = (self.now(), page)
            room = MAX_KEPT_BYTES
            for key, (used_at, kept) in reversed(list(self.pages.items())):
                room -= kept.held_bytes
                if room < 0 or used_at < self.now() - KEPT_S:
                    del self.pages[key]

    def find(self, owner: str, ticket: str) -> list[Photo]:
        """The pictures that were kept. One that is still to be read is a copy, because a session may be reading it."""
        with self.lock:
            used_at, page = self.pages.get((owner, ticket), (0.0, PhotoPage()))
            is_recent = used_at >= self.now() - KEPT_S
            return [replace(photo) if photo.is_waiting else photo for photo in page.photos] if is_recent else []


@st.cache_resource
def get_kept_pages() -> KeptPages:
    """One for the process."""
    return KeptPages()


@st.cache_resource
def _register_component() -> ComponentRenderer:
    return st.components.v2.component("slate_photo_ticket", html="<i hidden></i>", js=SCRIPT.read_text())


def keep_page() -> PhotoPage:
    """The page of this session. The pictures that the tab had before it was loaded again come back to it once."""
    page = get_photo_page()
    sent = _register_component()(key=COMPONENT, default={"ticket": ""}, on_ticket_change=lambda: None).get("ticket")
    if not isinstance(sent, str) or len(sent) not in TICKET_LENGTHS:
        return page
    owner = get_identity().key
    if RETURNED not in st.session_state:
        st.session_state[RETURNED] = True
        page.take_back(get_kept_pages().find(owner, sent))
    get_kept_pages().keep(owner, sent, page)
    return page
