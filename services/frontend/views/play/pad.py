"""The canvas of the Play page: what is on it, what the model reads, and what the browser still has to forget.

It is the canvas of the Draw page under another name, without its history of steps.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.sheet import FabricJson, Sheet, Strokes

CANVAS_KEY = "play-canvas"


@dataclass
class Pad:
    """`arrived_at` is when the drawing reached the page, on the clock."""

    clock: Callable[[], float] = time.monotonic
    strokes: Strokes = field(default_factory=list)
    drawing: bytes | None = None  # PNG
    predicted: PredictedDrawing | None = None  # the prediction of `drawing`
    problem: str | None = None  # why there is none
    arrived_at: float = 0.0
    initial: FabricJson | None = None
    outdated: Strokes = field(default_factory=list)

    def take_sheet(self, sheet: Sheet | None) -> None:
        """Takes over what the browser has sent.

        After Clear, the browser may still send the strokes from before, also with one more.
        """
        if sheet is None or (self.outdated and sheet.strokes[: len(self.outdated)] == self.outdated):
            return
        self.outdated = []
        if sheet.strokes == self.strokes and (self.drawing is not None or not sheet.strokes):
            return
        self.arrived_at = self.clock()
        self._hold(sheet.strokes, sheet.picture if sheet.strokes else None)

    def clear(self) -> None:
        """Empties the canvas."""
        self._start_from([])

    def undo(self) -> None:
        """Removes the last stroke."""
        self._start_from(self.strokes[:-1])

    def restore(self) -> None:
        """Empties the canvas when the player has come from another page, where Streamlit forgets it."""
        self._start_from([])
        self.outdated = []

    def _hold(self, strokes: Strokes, drawing: bytes | None) -> None:
        self.strokes, self.drawing, self.predicted, self.problem = strokes, drawing, None, None

    def _start_from(self, strokes: Strokes) -> None:
        # The component draws `initial` again only when it differs from the last one.
        self.initial = {"objects": strokes, "edit": secrets.token_hex(8)}
        self.outdated = self.strokes or self.outdated
        self._hold(strokes, None)
