"""The pictures of a visit, kept for the visitor's tab, so that loading the page again does not lose them.

Streamlit starts a new session then. The tab keeps the name of the visit, and the server its pictures: for a while, and
as long as those of all visitors fit into the memory set aside for this.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import streamlit as st
from pydantic import JsonValue

from services.frontend.session.identity import name_person
from services.frontend.session.tab import keep_in_tab
from services.frontend.session.visit import get_visit_name
from services.frontend.views.photo.state import Photo, PhotoPage, get_photo_page

KEPT_S = 30 * 60  # after the last run of the page
MAX_KEPT_BYTES = 256 * 1024 * 1024  # of all visitors together, two full visits; beyond it the longest unused go


@dataclass
class KeptPages:
    """The pages of all visitors by owner and visit, the one used last at the end. Safe for threads."""

    now: Callable[[], float] = time.monotonic
    pages: dict[tuple[str, str], tuple[float, PhotoPage]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, owner: str, visit: str, page: PhotoPage) -> None:
        """Keeps the page, or keeps it longer. Forgets what is too old or too much."""
        with self.lock:
            self.pages.pop((owner, visit), None)
            self.pages[owner, visit] = (self.now(), page)
            room = MAX_KEPT_BYTES
            for key, (used_at, kept) in reversed(list(self.pages.items())):
                room -= kept.held_bytes
                if room < 0 or used_at < self.now() - KEPT_S:
                    del self.pages[key]

    def find(self, owner: str, visit: str) -> list[Photo]:
        """The pictures that were kept. One that is still to be read is a copy, because a session may be reading it."""
        with self.lock:
            used_at, page = self.pages.get((owner, visit), (0.0, PhotoPage()))
            is_recent = used_at >= self.now() - KEPT_S
            return [replace(photo) if photo.is_waiting else photo for photo in page.photos] if is_recent else []


@st.cache_resource
def get_kept_pages() -> KeptPages:
    """One for the process."""
    return KeptPages()


def keep_page() -> PhotoPage:
    """The page of this session. The pictures that the tab had before it was loaded again come back to it."""
    page, owner, visit = get_photo_page(), name_person(), get_visit_name()
    keep_in_tab("photos", visit, take_back)
    if page.photos:
        get_kept_pages().keep(owner, visit, page)
    return page


def take_back(visit: JsonValue) -> None:
    """Adds the pictures that this person had in an earlier visit. The name of the visit comes from the browser."""
    if isinstance(visit, str):
        get_photo_page().take_back(get_kept_pages().find(name_person(), visit))
