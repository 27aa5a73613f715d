"""What storage has of a drawing that comes back to the canvas."""

from dataclasses import dataclass
from uuid import UUID

from services.frontend.saving.predicted_drawing import PredictedDrawing
from shared.contracts.storage import TrueDigit


@dataclass(frozen=True)
class Entry:
    """What storage has of a drawing that comes back: after a reload, with Undo, or from the recent drawings.

    `finished` is true for a recent drawing: it stays as it is, and drawing on makes another one.
    """

    id: UUID
    label: TrueDigit | None = None
    finished: bool = False

    def take_over(self, predicted: PredictedDrawing) -> None:
        """Makes a new prediction of the drawing that of this entry, so that nothing is stored again."""
        predicted.prediction = predicted.prediction.model_copy(update={"id": self.id})
        predicted.label, predicted.handed_over, predicted.finished = self.label, True, self.finished
