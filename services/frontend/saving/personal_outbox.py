"""The outbox for one person: what it saves, labels and deletes is sent to storage with that person's token."""

from dataclasses import dataclass
from uuid import UUID

from services.frontend.saving.outbox import Delivery, Outbox
from shared.contracts.storage import PredictionToStore, TrueDigit


@dataclass(frozen=True)
class PersonalOutbox:
    """`key` is that of caller_keys.py; the outbox gives it back with each write. The methods are the outbox's.

    `browser` is the name of a visitor's browser; None for a curator.
    """

    outbox: Outbox
    key: str
    browser: str | None = None

    def save(self, prediction_id: UUID, prediction: PredictionToStore, replaces: UUID | None = None) -> None:
        """Adds a prediction and removes the one that it replaces. OutboxFullError."""
        self.outbox.save(prediction_id, prediction, replaces, key=self.key, browser=self.browser)

    def discard(self, prediction_id: UUID) -> None:
        """Adds the deletion of a prediction."""
        self.outbox.discard(prediction_id, key=self.key, browser=self.browser)

    def label(self, prediction_id: UUID, digit: TrueDigit | None, instead_of: TrueDigit | None = None) -> None:
        """Adds a label; None removes the label. `instead_of` is taken back, and `digit` the label from before it."""
        self.outbox.label(prediction_id, digit, instead_of=instead_of, key=self.key, browser=self.browser)

    def forget(self) -> None:
        """Deletes what this person drew and waits."""
        self.outbox.forget(self.key, self.browser)

    def wait(self, prediction_id: UUID, timeout_s: float) -> Delivery:
        """Waits at most `timeout_s` for all changes to this prediction, and returns how far they have come."""
        return self.outbox.wait(prediction_id, timeout_s)

    def has_room(self, drawing_bytes: int) -> bool:
        """Whether one more prediction with a drawing of this size fits."""
        return self.outbox.has_room(drawing_bytes)
