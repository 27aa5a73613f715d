"""Ten digits against the clock: the rules. Nothing here draws, reads or waits.

Each of the ten digits comes once, in random order, so that all times compare. The time of a digit runs from when it can
be seen to when the stroke that completes it reaches the page. The pause between two digits and the time that the model
takes count for nothing.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from services.frontend.saving.predicted_drawing import PredictedDrawing

PAUSE_S = 1.0  # between two digits: time to see the answer, and strokes that come too late count for nothing
SKIP_S = 10.0  # added for a digit that was given up


@dataclass(frozen=True)
class Lap:
    """One digit that is over. Without a drawing it was skipped. `at_once` is true if nothing was taken back."""

    digit: int
    seconds: float
    drawing: bytes | None = None
    at_once: bool = False


def shuffle_digits() -> tuple[int, ...]:
    """The ten digits in random order."""
    return tuple(random.sample(range(10), 10))


@dataclass
class Race:
    """`clock` is in seconds. `shown_at` is when the digit to draw can be seen; None before the start and at the end."""

    digits: tuple[int, ...] = field(default_factory=shuffle_digits)
    clock: Callable[[], float] = time.monotonic
    laps: list[Lap] = field(default_factory=list)
    shown_at: float | None = None
    taken_back: bool = False

    def start(self) -> None:
        """Shows the first digit, after a pause."""
        self.shown_at = self.clock() + PAUSE_S

    @property
    def wanted(self) -> int | None:
        """The digit to draw now."""
        return None if self.shown_at is None else self.digits[len(self.laps)]

    @property
    def is_pausing(self) -> bool:
        """Whether the next digit is not shown yet."""
        return self.shown_at is not None and self.clock() < self.shown_at

    @property
    def is_over(self) -> bool:
        """Whether all ten digits are done."""
        return len(self.laps) == len(self.digits)

    @property
    def finished_s(self) -> float:
        """The time of the digits that are over."""
        return sum(lap.seconds for lap in self.laps)

    @property
    def running_s(self) -> float:
        """The time of the digit that is being drawn; negative before it is shown."""
        return 0.0 if self.shown_at is None else self.clock() - self.shown_at

    def take(self, predicted: PredictedDrawing, arrived_at: float) -> bool:
        """Ends the digit if the model reads it. `arrived_at` is when the page got the drawing."""
        if self.shown_at is None or predicted.is_rejected or predicted.prediction.digit != self.wanted:
            return False
        seconds = max(0.0, arrived_at - self.shown_at)
        self._end(Lap(predicted.prediction.digit, seconds, predicted.drawing, at_once=not self.taken_back))
        return True

    def take_back(self) -> None:
        """The player has undone a stroke or cleared the canvas, which ends the streak."""
        self.taken_back = True

    def skip(self) -> None:
        """Gives the digit up."""
        if self.wanted is not None:
            self._end(Lap(self.wanted, max(0.0, self.running_s) + SKIP_S))

    @property
    def streak(self) -> int:
        """How many digits in a row were drawn at once, up to now."""
        current = [*self.laps, Lap(0, 0)] if self.taken_back else self.laps
        return len(list(takewhile(lambda lap: lap.at_once, reversed(current))))

    @property
    def longest_streak(self) -> int:
        """The most digits in a row that were drawn at once."""
        return max(
            (len(list(group)) for at_once, group in groupby(self.laps, lambda lap: lap.at_once) if at_once), default=0
        )

    def _end(self, lap: Lap) -> None:
        self.laps.append(lap)
        self.taken_back = False
        self.shown_at = None if self.is_over else self.clock() + PAUSE_S
