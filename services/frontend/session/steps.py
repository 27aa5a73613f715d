"""The steps that Undo and Redo go through: what was on the canvas at earlier times, with the answers to it.

A step is a stroke, a wipe of the eraser, a Clear, or a drawing that was put on the canvas.
"""

from dataclasses import dataclass, field, replace

from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.entry import Entry
from services.frontend.session.sheet import Strokes
from shared.contracts.page import PageReading

MAX_STEPS = 500  # so that a visit of many hours does not fill the memory


@dataclass(frozen=True)
class Step:
    """The canvas at one time. `drawing` is None if it was empty, or if the browser has not sent its picture yet.

    `number_entries` is what storage has of the digits of `number`, so that they are not stored again.
    """

    strokes: Strokes
    drawing: bytes | None = None
    predicted: PredictedDrawing | None = None
    replaced: PredictedDrawing | None = None
    number: PageReading | None = None
    number_entries: list[Entry] = field(default_factory=list)


@dataclass
class Steps:
    """`past` ends with the step before the one on the canvas, `future` with the one after it."""

    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        """Whether anything was on the canvas in this visit."""
        return bool(self.past or self.future)

    def remember(self, step: Step) -> None:
        """Keeps what was on the canvas, because something else is there now. What was undone cannot be redone then."""
        self.past = [*self.past[1 - MAX_STEPS :], step]
        self.future = []

    def go_back(self, now: Step) -> Step | None:
        """The step before; None if there is none. `now` is what is on the canvas."""
        return self._move(self.past, self.future, now)

    def go_forward(self, now: Step) -> Step | None:
        """The step that was undone last; None if there is none."""
        return self._move(self.future, self.past, now)

    def note_entries(self, number: PageReading, entries: list[Entry]) -> None:
        """Notes what storage has of a number now, in every step with it."""
        for steps in (self.past, self.future):
            steps[:] = [replace(step, number_entries=entries) if step.number is number else step for step in steps]

    def _move(self, source: list[Step], target: list[Step], now: Step) -> Step | None:
        if not source:
            return None
        target.append(now)
        return source.pop()
