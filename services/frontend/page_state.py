"""What one visitor's page remembers between reruns: the drawing on the canvas and what it was read as."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import streamlit as st

from services.frontend.canvas import JsonDrawing, get_latest_strokes
from shared.contracts.inference import Prediction


@dataclass
class Reading:
    """A drawing and the prediction made of it. `handed_over` once the outbox has it, `saved` once storage has."""

    drawing: bytes
    prediction: Prediction
    digit_score_threshold: float
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    label: int | None = None
    handed_over: bool = False
    saved: bool = False


@dataclass
class PageState:
    """The drawing page of one session.

    Undo and Clear hand the canvas another drawing to start from; a new canvas in place of the old would stand beside it
    until the run has ended. The browser answers with what it then shows, so until then `cleared` is what to ignore.
    """

    drawing: bytes | None = None  # PNG
    initial: JsonDrawing | None = None
    cleared: bytes | None = None
    reading: Reading | None = None  # of `drawing` as it is now
    before: Reading | None = None  # of the same drawing before its last stroke
    problem: str | None = None
    predict_asked: bool = False

    def take(self, drawing: bytes | None) -> None:
        """What the canvas has sent."""
        if drawing is not None and drawing == self.cleared:
            return
        self.drawing, self.cleared = drawing, None
        if drawing is None:
            self.reading = self.before = self.problem = None
        elif self.reading is not None and self.reading.drawing != drawing:
            self.before, self.reading, self.problem = self.reading, None, None

    def clear(self) -> None:
        """A clean slate."""
        self.cleared = self.drawing
        self.drawing = self.reading = self.before = self.problem = None
        self._start_from([])

    def undo(self) -> None:
        """Takes the last stroke back."""
        self._start_from(get_latest_strokes()[:-1])

    def _start_from(self, strokes: list[JsonDrawing]) -> None:
        # The component redraws when this differs from the last one it was given.
        self.initial = {"objects": strokes, "edit": secrets.token_hex(8)}


def get_page_state() -> PageState:
    """The state of the session that is running."""
    if "draw_page" not in st.session_state:
        st.session_state["draw_page"] = PageState()
    return cast("PageState", st.session_state["draw_page"])
