"""A drawing with its prediction and label, and how far they are on the way to storage.

The Draw page has one, the Photo page one for each digit that was found. Both save it with the methods here.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.frontend.saving.outbox import Delivery, OutboxFullError
from services.frontend.saving.personal_outbox import PersonalOutbox
from shared.contracts.inference import Prediction
from shared.contracts.storage import PredictionToStore, Source, TrueDigit, is_right

STORED_FIELDS = {"digit", "confidence", "probabilities", "digit_score", "model"}


@dataclass(kw_only=True)
class PredictedDrawing:
    """`handed_over` is true once the outbox has the prediction, `saved` once storage has everything.

    `drawing` is the picture file that is stored. `discarded` is true once a person said that it is no digit at all.
    `takes_back` is a prediction of the same drawing with fewer strokes that has a label; it goes when this one is
    handed over. `superseded` is true once another one takes the place of this one. `finished` is true if the drawing
    came back from the history, where it stays as it is.
    """

    drawing: bytes
    prediction: Prediction
    digit_score_threshold: float
    source: Source = "canvas"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    label: TrueDigit | None = None
    handed_over: bool = False
    saved: bool = False
    discarded: bool = False
    takes_back: "PredictedDrawing | None" = None
    superseded: bool = False
    finished: bool = False

    @property
    def is_rejected(self) -> bool:
        """Whether it does not look like a digit."""
        return self.prediction.digit_score < self.digit_score_threshold

    @property
    def is_right(self) -> bool:
        """Whether the label agrees with the answer. False without a label."""
        return is_right(self.prediction.digit, self.label, rejected=self.is_rejected)

    def set_label(self, digit: TrueDigit | None) -> None:
        """None removes the label. `save` or `send_label` must follow."""
        self.label, self.saved = digit, False

    def send_label(self, outbox: PersonalOutbox) -> None:
        """Adds the label to the outbox. Does nothing before `save`, which sends the label with the prediction."""
        if self.handed_over:
            outbox.label(self.prediction.id, self.label)

    def discard(self, outbox: PersonalOutbox) -> None:
        """Takes it back: it is not saved, or what was saved is deleted. `save` still says how far that is."""
        self.discarded, self.saved = True, not self.handed_over
        if self.handed_over:
            outbox.discard(self.prediction.id)

    def restore(self, drawing: bytes) -> None:
        """Undoes `discard`. `save` must follow, and stores `drawing` if the outbox had the earlier one already."""
        if self.handed_over:
            self.drawing = drawing
        self.renew()

    def renew(self) -> None:
        """Makes it one that the outbox never had. It gets a new id, because storage refuses one that was deleted."""
        self.prediction = self.prediction.model_copy(update={"id": uuid4()})
        self.discarded = self.handed_over = self.saved = False

    def save(self, outbox: PersonalOutbox, timeout_s: float, replaces: UUID | None = None) -> Delivery:
        """Hands the prediction to the outbox once, then waits at most `timeout_s` for storage.

        `replaces` is an earlier prediction of the same drawing, which is to be deleted.
        """
        if self.saved:
            return Delivery.SAVED
        if not self.handed_over:
            try:
                self._hand_over(outbox, replaces)
            except OutboxFullError:
                return Delivery.FULL
        delivery = outbox.wait(self.prediction.id, timeout_s)
        self.saved = delivery is Delivery.SAVED
        return delivery

    def can_progress(self, outbox: PersonalOutbox) -> bool:
        """Whether another `save` would make progress: storage has confirmed, or the outbox has room again."""
        if self.saved:
            return False
        if not self.handed_over:
            return outbox.has_room(len(self.drawing))
        return outbox.wait(self.prediction.id, 0) is Delivery.SAVED

    def _hand_over(self, outbox: PersonalOutbox, replaces: UUID | None) -> None:
        to_store = PredictionToStore(
            **self.prediction.model_dump(include=STORED_FIELDS),
            drawing=base64.b64encode(self.drawing),
            source=self.source,
            created_at=self.created_at,
            rejected=self.is_rejected,
        )
        outbox.save(self.prediction.id, to_store, replaces)
        if self.label is not None:
            outbox.label(self.prediction.id, self.label)
        self.handed_over = True
        if self.takes_back is not None:
            self.takes_back.discard(outbox)
