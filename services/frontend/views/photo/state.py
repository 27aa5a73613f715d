"""What the Photo page remembers for one visitor: the pictures, the digits on each, and their labels.

A picture stays, also through visits to other pages, until it is removed or gives its place to newer ones. The bytes of
its file are dropped once it is read and handed to the outbox. The number of pictures and of their bytes is limited.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import streamlit as st

from services.frontend.saving.predicted_drawing import PredictedDrawing
from shared.contracts.page import PageDigit
from shared.contracts.storage import Source

KEY = "photo_page"
MAX_PHOTOS = 50  # in a session
MAX_HELD_BYTES = 128 * 1024 * 1024  # in a session; four of the largest files, or 50 of 2.5 MiB, which phones take


@dataclass(kw_only=True)
class PhotoDigit(PredictedDrawing):
    """A digit that was found. `cutout` is a small PNG of it, to show.

    `drawing` is stored: the whole picture if this is its only digit, else a larger cutout.
    """

    found: PageDigit
    cutout: bytes

    @property
    def true_digit(self) -> int:
        """The label, or without a label the predicted digit."""
        return self.prediction.digit if self.label is None else self.label


@dataclass
class Photo:
    """One picture file. With neither digits nor a problem it waits to be read."""

    file_id: str
    name: str
    source: Source
    data: bytes
    preview: str = ""  # data URI
    size: tuple[int, int] = (1, 1)  # width and height, pixels
    digits: list[PhotoDigit] = field(default_factory=list)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: str = ""
    failures: int = 0  # while the recogniser was ready

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be read."""
        return not self.digits and not self.problem

    @property
    def is_saved(self) -> bool:
        """Whether storage has all digits. True for a picture without digits."""
        return all(digit.saved for digit in self.digits)

    @property
    def held_bytes(self) -> int:
        """The memory of its file and of all pictures made from it."""
        pictures = sum(len(digit.drawing) + len(digit.cutout) for digit in self.digits)
        return len(self.data) + len(self.preview) + pictures

    @property
    def can_be_retried(self) -> bool:
        """Whether reading failed for a reason other than the picture. Its bytes are kept in that case."""
        return bool(self.problem and self.data)

    @property
    def is_done(self) -> bool:
        """Whether the page can drop it without losing anything."""
        return self.is_saved and not self.is_waiting and not self.can_be_retried

    def retry(self) -> None:
        """Lets it wait to be read again."""
        self.problem, self.failures = "", 0

    def predicted_numbers(self) -> list[str]:
        """The number on each line, as the model read it."""
        return _join_lines([(digit.found.line, digit.prediction.digit) for digit in self.digits])

    def true_numbers(self) -> list[str]:
        """The number on each line, with the labels in place of wrong predictions."""
        return _join_lines([(digit.found.line, digit.true_digit) for digit in self.digits])


@dataclass
class PhotoPage:
    """At most MAX_PHOTOS pictures and MAX_HELD_BYTES, newest first.

    `taken` are the ids of all files that came in, including removed ones. `left_out` counts the files of the last
    upload that did not fit. `batches` counts the uploads.
    """

    photos: list[Photo] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    left_out: int = 0
    batches: int = 0

    def take(self, photos: list[Photo]) -> None:
        """Adds the new ones in front. If they do not fit, the oldest that are done are removed."""
        new = [photo for photo in photos if photo.file_id not in self.taken]
        for oldest in [photo for photo in reversed(self.photos) if photo.is_done]:
            if not self._has_room(new):
                self.remove(oldest.file_id)
        fitting = next(count for count in range(len(new), -1, -1) if self._has_room(new[:count]))
        self.left_out, new = len(new) - fitting, new[:fitting]
        self.taken.update(photo.file_id for photo in new)
        self.photos[:0] = new

    def _has_room(self, new: list[Photo]) -> bool:
        """True for an empty list."""
        together = [*self.photos, *new]
        fits = len(together) <= MAX_PHOTOS and sum(photo.held_bytes for photo in together) <= MAX_HELD_BYTES
        return fits or not new

    def find(self, file_id: str) -> Photo | None:
        """None if it was removed."""
        return next((photo for photo in self.photos if photo.file_id == file_id), None)

    def remove(self, file_id: str) -> None:
        """Removes it from the page. What was saved stays in storage."""
        self.photos = [photo for photo in self.photos if photo.file_id != file_id]


def get_photo_page() -> PhotoPage:
    """The state of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = PhotoPage()
    return cast("PhotoPage", st.session_state[KEY])


def _join_lines(digits: list[tuple[int, int]]) -> list[str]:
    """(line, digit) pairs → one string of digits per line."""
    numbers: dict[int, str] = {}
    for line, digit in digits:
        numbers[line] = numbers.get(line, "") + str(digit)
    return list(numbers.values())
