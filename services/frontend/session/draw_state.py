"""The drawing of one visitor, its prediction, and the settings of the Draw page, kept through visits to other pages.

Strokes, taps and answers arrive in any order. Each method takes one of them and keeps the parts of the state
consistent.
"""

from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import streamlit as st

from services.frontend.connections import Health
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.entry import Entry
from services.frontend.session.on_canvas import OnCanvas
from services.frontend.session.retries import Retries
from services.frontend.session.sheet import PEN_WIDTH, Sheet, Strokes, get_latest_sheet, is_same
from services.frontend.session.steps import Step, Steps
from shared.contracts.inference import Prediction
from shared.contracts.page import PageReading
from shared.contracts.storage import TrueDigit

KEY = "draw_state"


@dataclass
class DrawState(OnCanvas, Retries):
    """The Draw page of one session.

    A drawing ends when the canvas is empty, and has one entry in the history: each prediction takes the place of the
    one before the last stroke, `replaced`.
    """

    steps: Steps = field(default_factory=Steps)
    predicted: PredictedDrawing | None = None  # the prediction of `drawing`
    number: PageReading | None = None  # instead of a prediction, if `drawing` has several digits
    replaced: PredictedDrawing | None = None
    early_label: TrueDigit | None = None  # given while the last stroke or its prediction was still on its way
    entry: Entry | None = None  # of `drawing`, while it is read again
    number_entries: list[Entry] = field(default_factory=list)  # of the digits of `number`, once they have labels
    pen_width: int = PEN_WIDTH
    erasing: bool = False
    live: bool = True  # predict after every stroke
    keys: bool = True  # keys press the buttons
    labelled: dict[UUID, bool] = field(default_factory=dict)  # in this visit; true if the prediction was right

    def take_sheet(self, sheet: Sheet | None) -> None:
        """Takes over what the canvas has sent. None if it has sent nothing yet."""
        if sheet is None or self.is_overtaken(sheet):
            return
        self.outdated, self.starts = None, []
        is_known = is_same(sheet.strokes, self.strokes)
        if is_known and self.drawing is not None:
            return
        drawing = None if sheet.is_blank else sheet.picture
        if not is_known:
            self._take_stroke(sheet.strokes, drawing)
        self.drawing = drawing
        if drawing is None:
            self._forget_answer()

    def take_prediction(self, drawing: bytes, prediction: Prediction, digit_score_threshold: float) -> None:
        """Takes over the prediction, and labels it if the label came before it."""
        self.forget_failures()
        self.predicted = PredictedDrawing(
            drawing=drawing, prediction=prediction, digit_score_threshold=digit_score_threshold
        )
        if self.entry is not None:
            self.entry.take_over(self.predicted)
        elif self.replaced is not None:
            self.predicted.takes_back = None if self.replaced.label is None else self.replaced
            self.replaced.superseded = True
            self.count_label(self.replaced.prediction.id, None)
        if self.early_label is not None and self.entry is None:
            self._label(self.predicted, self.early_label)
        self.entry = self.early_label = None

    def take_number(self, reading: PageReading) -> None:
        """Takes over the reading of a drawing with several digits."""
        self.forget_failures()
        self.number, self.early_label, self.entry = reading, None, None

    def note_entries(self, number: PageReading, entries: list[Entry]) -> None:
        """Notes what storage has of a number now: on the canvas, and in every step that would bring it back."""
        if number is self.number:
            self.number_entries = entries
        self.steps.note_entries(number, entries)

    @property
    def is_answered(self) -> bool:
        """Whether the drawing needs no further request."""
        return self.predicted is not None or self.number is not None

    def clear(self) -> None:
        """Empties the canvas. Undo brings the drawing back."""
        self.start_from_strokes([])

    def start_from_strokes(self, strokes: Strokes, entry: Entry | None = None, drawing: bytes | None = None) -> None:
        """Puts another drawing on the canvas. Undo brings the one before back.

        `entry` is what storage has of it. Without its PNG, `drawing`, the canvas has to be on the page, which sends it.
        Call it in a callback. `write_picture_stroke` makes a stroke of a picture.
        """
        self.take_sheet(get_latest_sheet())
        if self.strokes:
            self.steps.remember(self._make_step())
        self._put(Step(strokes, drawing))
        self.entry, self.erasing = entry, False

    def undo(self) -> None:
        """Goes one step back: takes the last stroke away, or brings the drawing before Clear back."""
        self.take_sheet(get_latest_sheet())
        if (step := self.steps.go_back(self._make_step())) is not None:
            self._go_to(step)

    def redo(self) -> None:
        """Takes the last Undo back."""
        self.take_sheet(get_latest_sheet())
        if (step := self.steps.go_forward(self._make_step())) is not None:
            self._go_to(step)

    def toggle_eraser(self) -> None:
        """Chooses the eraser, or the pen again."""
        self.erasing = not self.erasing

    def drop_prediction(self) -> None:
        """Asks for a new prediction of the same drawing, because another model was chosen. It keeps its label."""
        label = None if self.predicted is None else self.predicted.label
        if self.predicted is not None and self.predicted.finished:
            self.entry = Entry(self.predicted.prediction.id, label, finished=True)
        elif label is not None:
            self.early_label = label
        self._await_answer()

    def toggle_label(self, digit: TrueDigit) -> None:
        """Labels the drawing, or removes the label if it is this one already.

        Before the drawing is read, the label waits: also if the last stroke came together with the label.
        """
        self.take_sheet(get_latest_sheet())
        if self.predicted is not None:
            self._label(self.predicted, digit)
        elif self.drawing is not None and self.number is None:
            self.early_label = digit

    def count_label(self, prediction_id: UUID, is_right: bool | None) -> None:
        """Counts a label in the accuracy of this visit. None if the prediction has no label any more."""
        if is_right is None:
            self.labelled.pop(prediction_id, None)
        else:
            self.labelled[prediction_id] = is_right

    @property
    def is_retry_due(self) -> bool:
        """Whether it is time to repeat a request that got no answer."""
        return not self.is_answered and self.is_time_to_retry

    def _label(self, predicted: PredictedDrawing, digit: TrueDigit) -> None:
        predicted.set_label(None if predicted.label == digit else digit)
        self.count_label(predicted.prediction.id, None if predicted.label is None else predicted.is_right)

    def _take_stroke(self, strokes: Strokes, drawing: bytes | None) -> None:
        self.steps.remember(self._make_step())
        self.strokes, self.early_label = strokes, None
        if drawing != self.drawing:  # otherwise the stroke is on ink
            self._await_answer()
            self.forget_failures()
            self.entry = None

    def _await_answer(self) -> None:
        self.replaced, self.number, self.number_entries = self._find_latest(), None, []
        if self.predicted is not None:
            self.predicted, self.problem = None, None

    def _find_latest(self) -> PredictedDrawing | None:
        """The prediction that the next one of this drawing replaces."""
        return self.replaced if self.predicted is None or self.predicted.finished else self.predicted

    def _forget_answer(self) -> None:
        self.predicted = self.number = self.replaced = self.early_label = self.entry = self.problem = None
        self.number_entries = []

    def _make_step(self) -> Step:
        return Step(self.strokes, self.drawing, self.predicted, self.replaced, self.number, self.number_entries)

    def _go_to(self, step: Step) -> None:
        """Puts a step back. Its prediction counts again, unless a later one of this drawing has replaced it."""
        latest = self._find_latest()
        self._put(step)
        if self.predicted is not None and self.predicted.superseded:
            self.early_label, self.predicted = self.predicted.label, None
        if latest is not None and step.strokes and (self.predicted is None or self.predicted.finished):
            self.replaced = latest

    def _put(self, step: Step) -> None:
        self._forget_answer()
        self.forget_failures()
        self.drawing, self.predicted, self.replaced = step.drawing, step.predicted, step.replaced
        self.number, self.number_entries = step.number, step.number_entries
        self.start_canvas(step.strokes)


def get_draw_state() -> DrawState:
    """The state of the current session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = DrawState()
    return cast("DrawState", st.session_state[KEY])


def can_retry(state: DrawState, health: Health) -> bool:
    """Whether a run of the Draw page would predict a drawing that failed before."""
    return state.is_retry_due and health.inference
