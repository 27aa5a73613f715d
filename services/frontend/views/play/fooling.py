"""Fool the model: the rules. The player draws one digit so that the model reads another; a person still recognises it.

The model cannot know what a person would recognise. It counts only if the drawing looks like a digit, if the model's
second guess is the digit that it should be, and if the player says that it is that digit.
"""

import random
from dataclasses import dataclass, field
from enum import Enum, auto

from services.frontend.elements.answer import rank_digits
from services.frontend.saving.predicted_drawing import PredictedDrawing
from shared.contracts.storage import TrueDigit

TRACE = 0.02  # least probability of the true digit; a 1, plain or with a flag, has at most 0.009 of a 7
ALIKE = ((7, 1), (4, 9), (3, 8), (5, 6), (2, 7), (3, 5), (6, 0), (7, 9), (8, 9), (1, 4))


@dataclass(frozen=True)
class Task:
    """Draw `true` so that it is read as `taken_for`."""

    true: int
    taken_for: int


class Verdict(Enum):
    """What the model thinks of the drawing."""

    NO_DIGIT = auto()  # it does not look like a digit
    RECOGNISED = auto()  # it is read as what it is
    OTHER = auto()  # it is read as a third digit
    NO_TRACE = auto()  # it is read as it should, but nothing in it speaks for the true digit
    FOOLED = auto()


def shuffle_tasks() -> tuple[Task, ...]:
    """Digits that people make alike, each in both directions."""
    both_ways = [Task(*pair) for one, other in ALIKE for pair in ((one, other), (other, one))]
    return tuple(random.sample(both_ways, len(both_ways)))


def judge(task: Task, predicted: PredictedDrawing) -> Verdict:
    """Whether the drawing fools the model."""
    first, second = rank_digits(predicted.prediction)[:2]
    if predicted.is_rejected:
        return Verdict.NO_DIGIT
    if first == task.true:
        return Verdict.RECOGNISED
    if first != task.taken_for:
        return Verdict.OTHER
    has_trace = second == task.true and predicted.prediction.probabilities[second] >= TRACE
    return Verdict.FOOLED if has_trace else Verdict.NO_TRACE


@dataclass
class Fooling:
    """The tasks of one visit, which begin again after the last, and the drawings that fooled the model."""

    tasks: tuple[Task, ...] = field(default_factory=shuffle_tasks)
    place: int = 0
    fooled: list[PredictedDrawing] = field(default_factory=list)
    answered: PredictedDrawing | None = None  # the last drawing that the player labelled

    @property
    def task(self) -> Task:
        """The task now."""
        return self.tasks[self.place % len(self.tasks)]

    def go_on(self) -> None:
        """Goes on to the next task."""
        self.place += 1

    def take_label(self, predicted: PredictedDrawing, label: TrueDigit) -> bool:
        """Takes what the player says the drawing is. Returns whether it counts, and goes on if so."""
        predicted.set_label(label)
        self.answered = predicted
        counts = label == self.task.true and judge(self.task, predicted) is Verdict.FOOLED
        if counts:
            self.fooled.append(predicted)
        self.go_on()
        return counts
