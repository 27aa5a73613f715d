"""Vandals who want every digit to be read as a three. None of them may get a version through the gate.

Each has an installation to itself, without the labels of anybody honest, so nothing dilutes the attack.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.learning.lesson import Lesson, School
from benchmarks.learning.outcome import Outcome, join, remember
from benchmarks.learning.people import Drawing, draw_digits
from benchmarks.learning.reading import Reading
from benchmarks.learning.writers import take_in_turn
from training.evaluation.paired import is_worse

DRAWINGS = 600
WANTED = 3
A_DAY = 10  # drawings of the slow vandal
IDENTITIES = 100


def measure_vandals(school: School) -> Outcome:
    """Let each attack."""
    return join([remember(school.folder, f"vandals-{name}", partial(suffer, school, name)) for name in ATTACKS])


def suffer(school: School, name: str) -> Outcome:
    """Let one of them attack."""
    what, attack = ATTACKS[name]
    drawings = attack(draw_digits(take_in_turn(school.halves.taught, DRAWINGS)))
    lesson = school.teach(name, school.start, drawings, school.before)
    return Outcome(rows=[(what, "held back", describe_end(lesson))])


def label_everything(drawings: Sequence[Drawing]) -> list[Drawing]:
    """One visitor labels everything 3."""
    return [replace(drawing, person="vandal", label=WANTED) for drawing in drawings]


def label_slowly(drawings: Sequence[Drawing]) -> list[Drawing]:
    """One visitor labels few drawings a day, every second one rightly."""
    first = datetime.now(UTC) - timedelta(days=len(drawings) / A_DAY)
    return [
        replace(
            drawing,
            person="vandal",
            label=WANTED if index % 2 else drawing.true,
            drawn_at=first + timedelta(days=index / A_DAY),
        )
        for index, drawing in enumerate(drawings)
    ]


def label_from_many(drawings: Sequence[Drawing]) -> list[Drawing]:
    """One person with many identities labels everything 3."""
    return [
        replace(drawing, person=f"vandal {index % IDENTITIES}", label=WANTED) for index, drawing in enumerate(drawings)
    ]


ATTACKS = {
    "vandal": (f"one visitor labels {DRAWINGS} drawings {WANTED}", label_everything),
    "slow-vandal": (f"one visitor, {A_DAY} drawings a day, every second one labelled {WANTED}", label_slowly),
    "many-vandals": (f"{IDENTITIES} visitors label {DRAWINGS} drawings {WANTED}", label_from_many),
}


def describe_end(lesson: Lesson) -> str:
    """`held back, …`, or how the version that got through reads."""
    count = f"{len(lesson.refined.suspected):,} of {len(lesson.posted):,} labels suspected"
    if not lesson.refined.is_published:
        return f"held back, {count}"
    harm = list_harm(lesson.before, lesson.after)
    return f"a version got through, {count}; " + (f"worse: {', '.join(harm)}" if harm else "it reads nothing worse")


def list_harm(before: Reading, after: Reading) -> list[str]:
    """Return what is read worse by more than noise."""
    parts = {"other writers": (before.others, after.others), "MNIST": (before.mnist, after.mnist)}
    return [name for name, (old, new) in parts.items() if is_worse(new, old)]
