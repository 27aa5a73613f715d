"""The drawing of one visitor, its prediction, and the settings of the Draw page, kept through visits to other pages.

Strokes, taps and answers arrive in any order. Each method takes one of them and keeps the parts of the state
consistent.
"""

import math
import secrets
import time
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import streamlit as st

from services.frontend.connections import Health
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.sheet import (
    PEN_WIDTH,
    FabricJson,
    Sheet,
    Strokes,
    get_latest_strokes,
    is_canvas_on_page,
)
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading
from shared.contracts.storage import TrueDigit

KEY = "draw_state"
RETRY_S = 3.0  # before the first repeated request; doubles each time
MAX_TRIES = 5


@dataclass
class DrawState:
    """The Draw page of one session.

    Undo and Clear give the canvas other strokes to start from, `initial`. A new canvas would be simpler, but it would
    stand beside the old one until the run ends. The browser answers with the strokes that it then shows. Until then,
    the strokes that it sent before, `outdated`, are ignored.
    """

    drawing: bytes | None = None  # PNG
    strokes: Strokes = field(default_factory=list)
    initial: FabricJson | None = None
    outdated: Strokes | None = None
    predicted: PredictedDrawing | None = None  # the prediction of `drawing`
    number: PageReading | None = None  # instead of a prediction, if `drawing` has several digits
    replaced: PredictedDrawing | None = None  # the prediction before the last stroke
    early_label: TrueDigit | None = None  # given while the last stroke was still on its way from the browser
    problem: str | None = None
    failures: int = 0  # unanswered requests for a prediction of `drawing`
    retry_at: float = math.inf  # on the clock of `time.monotonic`
    predict_pressed: bool = False
    pen_width: int = PEN_WIDTH
    live: bool = True  # predict after every stroke
    keys: bool = True  # keys press the buttons
    labelled: dict[UUID, bool] = field(default_factory=dict)  # in this visit; true if the prediction was right

    def take_sheet(self, sheet: Sheet | None) -> None:
        """Takes over what the canvas has sent. None if it has sent nothing yet."""
        if sheet is None or sheet.strokes == self.outdated:
            return
        self.strokes, self.outdated = sheet.strokes, None
        self.drawing, before = sheet.picture if sheet.strokes else None, self.drawing
        if self.drawing is None:
            self._forget_prediction()
        elif self.drawing != before:
            self.drop_prediction()
        if self.drawing != before:
            self.forget_failures()

    def take_prediction(self, drawing: bytes, prediction: Prediction, digit_score_threshold: float) -> None:
        """Takes over the prediction, and labels it if the label came before it."""
        self.forget_failures()
        self.predicted = PredictedDrawing(
            drawing=drawing, prediction=prediction, digit_score_threshold=digit_score_threshold
        )
        if self.early_label is not None:
            self.toggle_label(self.early_label)
            self.early_label = None

    def take_number(self, reading: PageReading) -> None:
        """Takes over the reading of a drawing with several digits. It has no label and is not saved."""
        self.forget_failures()
        self.number, self.early_label = reading, None

    @property
    def is_answered(self) -> bool:
        """Whether the drawing needs no further request."""
        return self.predicted is not None or self.number is not None

    def clear(self) -> None:
        """Empties the canvas."""
        self.outdated = get_latest_strokes()
        self.drawing = None
        self._forget_prediction()
        self.forget_failures()
        self._start_from([])

    def undo(self) -> None:
        """Removes the last stroke."""
        latest = get_latest_strokes()
        shown = self.strokes if latest in (None, self.outdated) else latest
        self.outdated = latest
        self._start_from(shown[:-1])

    def restore(self) -> None:
        """Puts the drawing back on the canvas after a visit to another page."""
        if not is_canvas_on_page() and self.strokes != (self.initial or {"objects": []})["objects"]:
            self._start_from(self.strokes)

    def drop_prediction(self) -> None:
        """Asks for a new prediction of the drawing: after a new stroke, or when another model was chosen."""
        self.number = None
        if self.predicted is not None:
            self.replaced, self.predicted, self.problem = self.predicted, None, None

    def fail(self, problem: str) -> None:
        """Plans the next request after one without an answer. The wait doubles; after MAX_TRIES there is none."""
        self.problem = problem
        self.failures += 1
        wait_s = RETRY_S * 2 ** (self.failures - 1)
        self.retry_at = time.monotonic() + wait_s if self.failures < MAX_TRIES else math.inf

    def wait(self, problem: str) -> None:
        """Plans a request as soon as the recogniser is back, without a first one now."""
        self.problem = problem
        self.failures, self.retry_at = max(1, self.failures), time.monotonic()

    @property
    def is_retry_due(self) -> bool:
        """Whether it is time to repeat a request that got no answer."""
        return not self.is_answered and time.monotonic() >= self.retry_at

    def forget_failures(self) -> None:
        """Plans no further request, because an answer came or the drawing has changed."""
        self.failures, self.retry_at = 0, math.inf

    def toggle_label(self, digit: TrueDigit) -> None:
        """Labels the drawing, or removes the label if it is this one already.

        If a new stroke came together with the label, the label is for the drawing with that stroke. That drawing has no
        prediction yet, so the label waits.
        """
        if self.predicted is None:
            return
        if get_latest_strokes() not in (None, self.strokes, self.outdated):
            self.early_label = digit
            return
        self.predicted.set_label(None if self.predicted.label == digit else digit)
        prediction_id = self.predicted.prediction.id
        if self.predicted.label is None:
            self.labelled.pop(prediction_id, None)
        else:
            self.labelled[prediction_id] = self.predicted.is_right

    def _forget_prediction(self) -> None:
        self.predicted = self.number = self.replaced = self.early_label = self.problem = None

    def _start_from(self, strokes: Strokes) -> None:
        # The component draws `initial` again only when it differs from the last one.
        self.strokes = strokes
        self.initial = {"objects": strokes, "edit": secrets.token_hex(8)}


def get_draw_state() -> DrawState:
    """The state of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = DrawState()
    return cast("DrawState", st.session_state[KEY])


def can_retry(state: DrawState, health: Health) -> bool:
    """Whether a run of the Draw page would predict a drawing that failed before."""
    return state.is_retry_due and health.inference
