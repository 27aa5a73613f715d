"""What the Photo page remembers for one visitor: the pictures, the digits on each, and their labels.

A picture stays, also through visits to other pages, until it is removed or gives its place to newer ones. Its file
stays while there is room, so that the picture can be turned. The number of pictures and of their bytes is limited.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from weakref import WeakSet

import streamlit as st

from services.frontend.elements.answer import SURE, sign_answer
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.views.photo.numbers import Signs
from shared.contracts.page import PageDigit, PageReading
from shared.contracts.storage import Source

KEY = "photo_page"
MAX_PHOTOS = 50  # in a session
MAX_HELD_BYTES = 128 * 1024 * 1024  # in a session; four of the largest files, or 50 of 2.5 MiB, which phones take
MAX_READ_BYTES = 32 * 1024 * 1024  # of them for the files of pictures that were read
DIGIT_BYTES = 12 * 1024  # of the reading of one digit in memory, with its outlines; measured


@dataclass(kw_only=True)
class PhotoDigit(PredictedDrawing):
    """A digit that was found. `cutout` is a small PNG of it, to show.

    `drawing` is stored: the whole picture if this is its only digit, else a larger cutout.
    """

    found: PageDigit
    cutout: bytes
    paper: str = ""  # the colour around the digit, for CSS

    @property
    def sign(self) -> str | None:
        """What the numbers show: the label, or without a label the predicted digit.

        `?` if it does not look like a digit. None if the visitor said that it is no digit.
        """
        if self.discarded:
            return None
        if self.label is not None:
            return str(self.label)
        return sign_answer(self.prediction.digit, rejected=self.is_rejected)

    @property
    def can_be_confirmed(self) -> bool:
        """Whether the visitor has said nothing of it, and the page shows it as a digit."""
        return self.label is None and not self.discarded and not self.is_rejected

    @property
    def is_doubtful(self) -> bool:
        """Whether the visitor should look at it: the model is not sure, and the visitor has not said what it is."""
        is_unsure = self.is_rejected or self.prediction.confidence < SURE
        return is_unsure and self.label is None and not self.discarded


@dataclass
class Photo:
    """One picture file. With neither a reading nor a problem it waits to be read.

    `turn` is by how many degrees clockwise the visitor turned it. `tapped` is the index of the digit that the visitor
    chose on the picture, and `first` that of the first card, in the order of `cards`. `confirmed` are the indices of
    the digits that the visitor called right together.
    """

    file_id: str
    name: str
    source: Source
    data: bytes
    preview: str = ""  # data URI
    reading: PageReading | None = None
    digits: list[PhotoDigit] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)  # indices of digits
    turn: int = 0
    turned_by_hand: bool = False  # then inference must not turn it again
    tapped: int | None = None
    first: int = 0
    confirmed: list[int] = field(default_factory=list)
    has_more: bool = False  # further pages in its file, which are not read
    example: str = ""  # the name of one of Slate's own pictures, of which nothing is saved
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: str = ""
    failures: int = 0  # while the recogniser was ready

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, in pixels. (1, 1) before it is read."""
        return (1, 1) if self.reading is None else (self.reading.width, self.reading.height)

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be read."""
        return self.reading is None and not self.problem

    @property
    def is_saved(self) -> bool:
        """Whether storage has all digits that it is to have. True for a picture without digits."""
        return bool(self.example) or all(digit.saved for digit in self.digits)

    @property
    def held_bytes(self) -> int:
        """The memory of its file, of all pictures made from it, and of the reading."""
        digits = sum(len(digit.drawing) + len(digit.cutout) + DIGIT_BYTES for digit in self.digits)
        return len(self.data) + len(self.preview) + digits

    @property
    def can_be_retried(self) -> bool:
        """Whether reading failed for a reason other than the picture. Its bytes are kept in that case."""
        return bool(self.problem and self.data)

    @property
    def can_be_turned(self) -> bool:
        """Whether its file is still here."""
        return self.reading is not None and bool(self.data)

    @property
    def is_done(self) -> bool:
        """Whether the page can drop it without losing anything."""
        return self.is_saved and not self.is_waiting and not self.can_be_retried

    @property
    def can_be_confirmed(self) -> list[int]:
        """The digits that `confirm` would label."""
        return [place for place, digit in enumerate(self.digits) if digit.can_be_confirmed]

    def confirm(self, outbox: PersonalOutbox) -> None:
        """Labels every digit without a label as what it was read as. Those that do not look like a digit stay as is."""
        self.confirmed = self.can_be_confirmed
        for place in self.confirmed:
            self.digits[place].set_label(self.digits[place].prediction.digit)
            self.digits[place].send_label(outbox)

    def take_back_confirmation(self, outbox: PersonalOutbox) -> None:
        """Removes the labels of `confirm` that nobody has changed since."""
        for digit in (self.digits[place] for place in self.confirmed):
            if digit.label == digit.prediction.digit and not digit.discarded:
                digit.set_label(None)
                digit.send_label(outbox)
        self.confirmed = []

    def retry(self) -> None:
        """Lets it wait to be read again."""
        self.problem, self.failures = "", 0

    def turn_clockwise(self, outbox: PersonalOutbox) -> None:
        """Lets it wait to be read again, turned by 90° from how it is shown.

        Its digits are taken back, except those with a label.
        """
        for digit in self.digits:
            if digit.label is None and not digit.discarded:
                digit.discard(outbox)
        shown_turn = 0 if self.reading is None else self.reading.rotation
        self.turn = (self.turn + shown_turn + 90) % 360
        self.turned_by_hand = True
        self.reading, self.digits, self.cards, self.tapped, self.first, self.confirmed = None, [], [], None, 0, []
        self.retry()


@dataclass(eq=False)  # for PAGES
class PhotoPage:
    """At most MAX_PHOTOS pictures and MAX_HELD_BYTES, newest first.

    `taken` are the ids of all files that came in, including removed ones. `left_out` counts the files of the last
    upload that did not fit. `batches` counts the uploads.
    """

    photos: list[Photo] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    left_out: int = 0
    batches: int = 0

    @property
    def held_bytes(self) -> int:
        """The memory of all pictures."""
        return sum(photo.held_bytes for photo in self.photos)

    def take(self, photos: list[Photo]) -> None:
        """Adds the new ones in front. If they do not fit, the oldest that are done are removed."""
        new = [photo for photo in photos if photo.file_id not in self.taken]
        self._forget_files(lambda: self._has_room(new))
        for oldest in [photo for photo in reversed(self.photos) if photo.is_done]:
            if not self._has_room(new):
                self.remove(oldest.file_id)
        fitting = next(count for count in range(len(new), -1, -1) if self._has_room(new[:count]))
        self.left_out, new = len(new) - fitting, new[:fitting]
        self.taken.update(photo.file_id for photo in new)
        self.photos[:0] = new

    def take_back(self, photos: list[Photo]) -> None:
        """Adds pictures of an earlier session below those of this one."""
        earlier = [photo for photo in photos if photo.file_id not in self.taken]
        self.taken.update(photo.file_id for photo in earlier)
        self.photos += earlier

    def limit_read_files(self) -> None:
        """Drops the files of the oldest pictures that were read, until the others have at most MAX_READ_BYTES."""
        self._forget_files(
            lambda: sum(len(photo.data) for photo in self.photos if photo.reading is not None) <= MAX_READ_BYTES
        )

    def _forget_files(self, is_enough: Callable[[], bool]) -> None:
        for oldest in [photo for photo in reversed(self.photos) if photo.can_be_turned]:
            if not is_enough():
                oldest.data = b""

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


PAGES: WeakSet[PhotoPage] = WeakSet()  # those that a session or KeptPages still has
PAGES_LOCK = threading.Lock()  # each session is a thread


def list_signs(digits: Sequence[PhotoDigit]) -> Signs:
    """What each digit is, as far as anybody knows."""
    return [digit.sign for digit in digits]


def get_photo_page() -> PhotoPage:
    """The state of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = page = PhotoPage()
        with PAGES_LOCK:
            PAGES.add(page)
    return cast("PhotoPage", st.session_state[KEY])


def count_held_bytes() -> int:
    """The memory of the pictures of all pages. One that came back after the page was loaded again counts once."""
    with PAGES_LOCK:
        pages = list(PAGES)
    return sum({photo.file_id: photo.held_bytes for page in pages for photo in list(page.photos)}.values())
