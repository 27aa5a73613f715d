"""What one visitor's drawing page remembers between reruns and visits to other pages: the drawing and its answer."""

import math
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import streamlit as st

from services.frontend.views.draw.canvas import JsonDrawing, Sheet, get_latest_strokes, is_on_page
from shared.contracts.inference import Explanation, Prediction

PEN_WIDTH = 20  # pixels of the canvas
ASK_AGAIN_S = 3.0
MAX_TRIES = 5


@dataclass
class Reading:
    """A drawing and the prediction made of it. `handed_over` once the outbox has it, `saved` once storage has."""

    drawing: bytes
    prediction: Prediction
    digit_score_threshold: float
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    explanation: Explanation | None = None
    label: int | None = None
    handed_over: bool = False
    saved: bool = False


@dataclass
class PageState:
    """The drawing page of one session.

    Undo and Clear hand the canvas another drawing to start from; a new canvas in place of the old would stand beside it
    until the run has ended. The browser answers with what it then shows; until then what it sent before, `outdated`, is
    to be ignored.
    """

    drawing: bytes | None = None  # PNG
    strokes: list[JsonDrawing] = field(default_factory=list)
    initial: JsonDrawing | None = None
    outdated: list[JsonDrawing] | None = None
    reading: Reading | None = None  # of `drawing` as it is now
    before: Reading | None = None  # of the same drawing before its last stroke
    label_to_come: int | None = None  # given while the last stroke was still on its way here
    problem: str | None = None
    unanswered: int = 0  # times the recogniser was asked about `drawing` in vain
    ask_again_at: float = math.inf  # on the clock of `time.monotonic`
    predict_asked: bool = False
    pen_width: int = PEN_WIDTH
    live: bool = True
    keys: bool = True  # whether keys press the buttons
    judged: dict[UUID, bool] = field(default_factory=dict)  # what was labelled in this visit, and whether it was right

    def take(self, sheet: Sheet | None) -> None:
        """What the canvas has sent, if anything yet."""
        if sheet is None or sheet.strokes == self.outdated:
            return
        self.strokes, self.outdated = sheet.strokes, None
        self.drawing, before = sheet.picture if sheet.strokes else None, self.drawing
        if self.drawing is None:
            self.reading = self.before = self.label_to_come = self.problem = None
        elif self.reading is not None and self.drawing != before:
            self.before, self.reading, self.problem = self.reading, None, None
        if self.drawing != before:
            self.forget_failures()

    def clear(self) -> None:
        """A clean slate."""
        self.outdated = get_latest_strokes()
        self.drawing = self.reading = self.before = self.label_to_come = self.problem = None
        self.forget_failures()
        self._start_from([])

    def undo(self) -> None:
        """Takes the last stroke back."""
        latest = get_latest_strokes()
        shown = self.strokes if latest in (None, self.outdated) else latest
        self.outdated = latest
        self._start_from(shown[:-1])

    def restore(self) -> None:
        """Puts the drawing back on the canvas after a visit to another page."""
        if not is_on_page() and self.strokes != (self.initial or {"objects": []})["objects"]:
            self._start_from(self.strokes)

    def fail(self, problem: str) -> None:
        """The recogniser gave no answer: it is asked again after a while, which doubles, a few times."""
        self.problem = problem
        self.unanswered += 1
        wait_s = ASK_AGAIN_S * 2 ** (self.unanswered - 1)
        self.ask_again_at = time.monotonic() + wait_s if self.unanswered < MAX_TRIES else math.inf

    @property
    def is_due(self) -> bool:
        """Whether to ask again now about what got no answer."""
        return self.reading is None and time.monotonic() >= self.ask_again_at

    def forget_failures(self) -> None:
        """There is an answer, or something else to ask about."""
        self.unanswered, self.ask_again_at = 0, math.inf

    def read_again(self) -> None:
        """Forgets the answer, so that the drawing is read anew, by whichever model is chosen now."""
        if self.reading is not None:
            self.before, self.reading, self.problem = self.reading, None, None

    def label(self, digit: int) -> None:
        """Says what the drawing is, or takes it back where that was said before.

        Where a stroke has come with the label, it is meant for the drawing with that stroke, which is not read yet.
        """
        if self.reading is None:
            return
        if get_latest_strokes() not in (None, self.strokes, self.outdated):
            self.label_to_come = digit
            return
        self.reading.label = None if self.reading.label == digit else digit
        self.reading.saved = False
        if self.reading.label is None:
            self.judged.pop(self.reading.prediction.id, None)
        else:
            self.judged[self.reading.prediction.id] = self.reading.label == self.reading.prediction.digit

    def _start_from(self, strokes: list[JsonDrawing]) -> None:
        # The component redraws when this differs from the last one it was given.
        self.strokes = strokes
        self.initial = {"objects": strokes, "edit": secrets.token_hex(8)}


def get_page_state() -> PageState:
    """The state of the session that is running."""
    if "draw_page" not in st.session_state:
        st.session_state["draw_page"] = PageState()
    return cast("PageState", st.session_state["draw_page"])
