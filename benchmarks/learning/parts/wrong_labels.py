"""The lesson of `other_writers` with 30 % of the labels flipped at random to another digit."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np

from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome, read_outcomes
from benchmarks.learning.parts.other_writers import LABELS, write_change
from benchmarks.learning.people import Drawing, Posted, draw_digits
from benchmarks.learning.reading import write_share
from benchmarks.learning.writers import take_in_turn

FLIPPED = 0.3
SEED = 30


def measure_wrong_labels(school: School) -> Outcome:
    """Give the lesson. The gain with right labels is that of the part `others`, if it was measured."""
    drawings = flip_labels(draw_digits(take_in_turn(school.halves.taught, LABELS)))
    lesson = school.teach("flipped", school.start, drawings, school.before)
    gain = float(lesson.after.others.mean() - lesson.before.others.mean())
    with_right_labels = next(iter(read_outcomes(school.folder, ["others", "others-lesson"]).values()), None)
    found, blamed = count_suspected(lesson.posted, lesson.refined.suspected)
    return Outcome(
        rows=[
            (
                f"digits of other writers read rightly, {FLIPPED:.0%} of the labels flipped".replace("%", " %"),
                "–",
                write_share(lesson.after.others),
            ),
            (
                "share of the gain with right labels that stays",
                "≥ 50 %",
                write_kept(gain, with_right_labels),
            ),
            ("flipped labels that are suspected", "≥ 70 %", f"{found:.1%}".replace("%", " %")),
            ("right labels that are suspected", "≤ 3 %", f"{blamed:.1%}".replace("%", " %")),
            ("MNIST test digits read rightly, labels flipped", "–", write_change(lesson.before, lesson.after)),
        ],
        points={"after": [lesson.after.others.mean()]},
    )


def flip_labels(drawings: Sequence[Drawing]) -> list[Drawing]:
    """Give exactly FLIPPED of the drawings a wrong label, any other digit with the same chance."""
    random = np.random.default_rng(SEED)
    chosen = set(random.permutation(len(drawings))[: round(FLIPPED * len(drawings))].tolist())
    wrong = random.integers(1, 10, len(drawings))
    return [
        replace(drawing, label=(drawing.true + int(wrong[index])) % 10) if index in chosen else drawing
        for index, drawing in enumerate(drawings)
    ]


def count_suspected(posted: Sequence[Posted], suspected: Collection[UUID]) -> tuple[float, float]:
    """Return the suspected share of the wrong labels and that of the right ones."""
    wrong = [one.id in suspected for one in posted if one.drawing.label != one.drawing.true]
    right = [one.id in suspected for one in posted if one.drawing.label == one.drawing.true]
    return sum(wrong) / len(wrong), sum(right) / len(right)


def write_kept(gain: float, with_right_labels: Outcome | None) -> str:
    """`84 %`."""
    if with_right_labels is None:
        return "not measured: the part `others` is missing"
    points = with_right_labels.points
    whole = points["after"][0] - points["before"][0]
    return f"{gain / whole:.0%}".replace("%", " %") if whole > 0 else "– (right labels brought no gain)"
