"""What one visitor's photo page remembers: its pictures, the digits found on each, and what is said of them.

A picture stays until it is removed or makes room, also through visits to other pages; its bytes go once it is read
and handed over.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import streamlit as st

from shared.contracts.inference import PageDigit
from shared.contracts.storage import Source

NOT_READ_YET = "It is kept here and read as soon as the recogniser answers."
MOST_PHOTOS = 50  # of a session


@dataclass
class PhotoDigit:
    """`drawing` is what is stored: the whole picture where this is its only digit, else `cutout`, a PNG."""

    found: PageDigit
    cutout: bytes
    drawing: bytes
    digit_score_threshold: float
    label: int | None = None
    handed_over: bool = False
    saved: bool = False

    @property
    def truth(self) -> int:
        """As far as it is known."""
        return self.found.prediction.digit if self.label is None else self.label


@dataclass
class Photo:
    """One file. Neither digits nor a problem: still to be read."""

    file_id: str
    name: str
    source: Source
    data: bytes
    preview: str = ""  # data URI
    size: tuple[int, int] = (1, 1)  # width and height, pixels
    digits: list[PhotoDigit] = field(default_factory=list)
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: str = ""
    tries: int = 0  # that failed while the recogniser was there

    @property
    def is_waiting(self) -> bool:
        """For the recogniser."""
        return not self.digits and not self.problem

    @property
    def is_saved(self) -> bool:
        """All of it; a picture without a digit has nothing to save."""
        return all(digit.saved for digit in self.digits)

    @property
    def can_be_tried_again(self) -> bool:
        """It was not read, and not because of what it is: its bytes are kept."""
        return bool(self.problem and self.data)

    @property
    def is_done(self) -> bool:
        """Nothing is lost if it leaves the page."""
        return self.is_saved and not self.is_waiting and not self.can_be_tried_again

    def try_again(self) -> None:
        """It waits for the recogniser as if it had just come."""
        self.problem, self.tries = "", 0

    def read_as(self) -> list[str]:
        """The number of each line as the model read it."""
        return _lines([(digit.found.line, digit.found.prediction.digit) for digit in self.digits])

    def corrected(self) -> list[str]:
        """The same with what is known to be otherwise."""
        return _lines([(digit.found.line, digit.truth) for digit in self.digits])


@dataclass
class PhotoPage:
    """At most MOST_PHOTOS, newest first. `taken` are the files that need no second look, removed ones too; `left_out`
    counts those there was no room for when some were last taken; `batches` counts the uploads.
    """

    photos: list[Photo] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    left_out: int = 0
    batches: int = 0

    def take(self, photos: list[Photo]) -> None:
        """Those that are new, before the others; for them the oldest go of which nothing is lost."""
        new = [photo for photo in photos if photo.file_id not in self.taken]
        surplus = max(0, len(self.photos) + len(new) - MOST_PHOTOS)
        for file_id in [photo.file_id for photo in reversed(self.photos) if photo.is_done][:surplus]:
            self.remove(file_id)
        room = MOST_PHOTOS - len(self.photos)
        self.left_out, new = len(new[room:]), new[:room]
        self.taken.update(photo.file_id for photo in new)
        self.photos[:0] = new

    def find(self, file_id: str) -> Photo | None:
        """None where it was removed meanwhile."""
        return next((photo for photo in self.photos if photo.file_id == file_id), None)

    def remove(self, file_id: str) -> None:
        """From the page; what was saved stays saved."""
        self.photos = [photo for photo in self.photos if photo.file_id != file_id]


def get_photo_page() -> PhotoPage:
    """That of the session that is running."""
    if "photo_page" not in st.session_state:
        st.session_state["photo_page"] = PhotoPage()
    return cast("PhotoPage", st.session_state["photo_page"])


def _lines(digits: list[tuple[int, int]]) -> list[str]:
    numbers: dict[int, str] = {}
    for line, digit in digits:
        numbers[line] = numbers.get(line, "") + str(digit)
    return list(numbers.values())
