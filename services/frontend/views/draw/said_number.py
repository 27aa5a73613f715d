"""What a person says about a drawn number: "All right", or its true digits, one after the other.

A number is not saved by itself, because it changes with every stroke. When the person has said what it is, each of its
digits is saved as a drawing of its own, with its label.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from services.frontend.elements.answer import sign_label
from services.frontend.elements.data_uri import encode
from services.frontend.elements.decoding import use_picture
from services.frontend.saving.outbox import Delivery, find_worst
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.entry import Entry
from services.frontend.session.sheet import SIDE, SLATE
from shared.contracts.page import Box, PageReading
from shared.contracts.storage import NOT_A_DIGIT, TrueDigit

EDGE = 3  # pixels around the box of a digit, which hold the soft edge of its ink


@dataclass
class SaidNumber:
    """`digits` belong to `reading`. `typed` are the true digits so far, while not all of them have been typed.

    `replaced` is what the drawing was before its last stroke, which goes when the number is saved.
    """

    reading: PageReading
    digits: list[PredictedDrawing]
    replaced: PredictedDrawing | None = None
    typed: list[TrueDigit] = field(default_factory=list)

    @property
    def labels(self) -> list[TrueDigit | None]:
        """What each digit is, as far as the person has said it."""
        return [digit.label for digit in self.digits]

    @property
    def is_said(self) -> bool:
        """Whether every digit has a label."""
        return None not in self.labels

    @property
    def words(self) -> str:
        """The labels: `7 2`."""
        return " ".join(sign_label(label) for label in self.labels if label is not None)

    @property
    def handed_over(self) -> bool:
        """Whether the outbox has all digits."""
        return all(digit.handed_over for digit in self.digits)

    @property
    def saved(self) -> bool:
        """Whether storage has everything."""
        return all(digit.saved for digit in self.digits)

    @property
    def is_right(self) -> bool:
        """Whether the person has said that the number is what was read."""
        return self.labels == [find_truth(digit) for digit in self.digits]

    def take_over(self, entries: Sequence[Entry]) -> None:
        """Makes the digits those of these entries, one for each, so that nothing is stored again."""
        for digit, entry in zip(self.digits, entries, strict=True):
            entry.take_over(digit)

    @property
    def entries(self) -> list[Entry]:
        """What storage gets of it: nothing until every digit has a label."""
        return [Entry(digit.prediction.id, digit.label) for digit in self.digits] if self.is_said else []

    def confirm(self, outbox: PersonalOutbox) -> None:
        """Labels every digit as it was read, or takes all labels back if they are that already."""
        if self.is_right:
            self.take_back(outbox)
        else:
            self._label([find_truth(digit) for digit in self.digits], outbox)

    def type_digit(self, label: TrueDigit, outbox: PersonalOutbox) -> None:
        """Takes the next true digit. With the last one, all are labelled."""
        self.typed.append(label)
        if len(self.typed) == len(self.digits):
            self._label(self.typed, outbox)

    def take_back(self, outbox: PersonalOutbox) -> None:
        """Removes the labels, and with them the digits from storage."""
        for digit in self.digits:
            digit.discard(outbox)
            digit.set_label(None)
            digit.renew()
        self.typed = []

    def save(self, outbox: PersonalOutbox, timeout_s: float) -> Delivery:
        """Waits at most `timeout_s` in total. Returns the worst delivery of all digits."""
        deadline = time.monotonic() + timeout_s
        found = {digit.save(outbox, max(0.0, deadline - time.monotonic())) for digit in self.digits}
        return find_worst(found)

    def can_progress(self, outbox: PersonalOutbox) -> bool:
        """Whether another `save` would make progress."""
        return self.is_said and any(digit.can_progress(outbox) for digit in self.digits)

    def _label(self, labels: Sequence[TrueDigit], outbox: PersonalOutbox) -> None:
        if self.replaced is not None:
            self.digits[0].takes_back, self.replaced.superseded = self.replaced, True
        for digit, label in zip(self.digits, labels, strict=True):
            digit.set_label(label)
            digit.send_label(outbox)
        self.typed = []


def find_truth(predicted: PredictedDrawing) -> TrueDigit:
    """The label of a drawing that was read rightly: a rejected one is not a digit."""
    return NOT_A_DIGIT if predicted.is_rejected else predicted.prediction.digit


def cut_digits(
    drawing: bytes, reading: PageReading, digit_score_threshold: float, replaced: PredictedDrawing | None
) -> SaidNumber:
    """Makes a drawing of each digit: the digit alone, in its place on the canvas.

    Each has an id of its own, because the same reading comes back with Undo, after its digits were deleted.
    """

    def cut(picture: Image.Image) -> list[bytes]:
        return [encode(_leave_alone(picture.convert("RGB"), digit.box)) for digit in reading.digits]

    drawings = use_picture(drawing, SIDE, cut)
    digits = [
        PredictedDrawing(drawing=alone, prediction=digit.prediction, digit_score_threshold=digit_score_threshold)
        for alone, digit in zip(drawings, reading.digits, strict=True)
    ]
    for digit in digits:
        digit.renew()
    return SaidNumber(reading, digits, replaced)


def _leave_alone(picture: Image.Image, box: Box) -> Image.Image:
    """The canvas without what lies outside the box."""
    right, bottom = box.left + box.width, box.top + box.height
    place = (max(0, box.left - EDGE), max(0, box.top - EDGE), right + EDGE, bottom + EDGE)
    alone = Image.new("RGB", picture.size, SLATE)
    alone.paste(picture.crop(place), place[:2])
    return alone
