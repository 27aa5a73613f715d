"""Half of the writers label their drawings; how much better are the others read?

The version that was trained on MNIST alone learns from 3,000 labels. It is compared with a version that was trained
with the pen strokes of the same half of the writers from the start.
"""

from functools import partial

from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome, join, remember
from benchmarks.learning.people import draw_digits
from benchmarks.learning.reading import Reading, write_share
from benchmarks.learning.writers import group_by_person, take_in_turn

LABELS = 3000
FEWER = (200, 1000)  # for the plot
LEAST_SHARE = 2 / 3  # of the distance to the version that was trained with strokes
MOST_LOST = 0.05  # points of MNIST's test digits
MOST_MINUTES = 15


def measure_other_writers(school: School) -> Outcome:
    """Give the lesson, and let the version that was trained with strokes read the same digits."""
    lesson = remember(school.folder, "others-lesson", partial(give_lesson, school))
    reference = school.read_version(school.reference).others
    before_row, after_row, *rest = lesson.rows
    distance = write_distance(lesson.points["before"][0], lesson.points["after"][0], float(reference.mean()))
    rows = [
        before_row,
        after_row,
        (f"{describe_examined(school)}, trained with strokes from the start", "–", write_share(reference)),
        ("share of the distance between the first and the third", "≥ 67 %", distance),
        *rest,
    ]
    return Outcome(rows=rows, points=lesson.points | {"reference": [float(reference.mean())]})


def give_lesson(school: School) -> Outcome:
    """Refine the version that was trained on MNIST alone."""
    drawings = draw_digits(take_in_turn(school.halves.taught, LABELS))
    lesson = school.teach("others", school.start, drawings, school.before)
    before, after, refined = lesson.before, lesson.after, lesson.refined
    minutes = f"{refined.minutes:.1f} min, {refined.cpu_minutes:.1f} min of processor time"
    return Outcome(
        rows=[
            (f"{describe_examined(school)}, before", "–", write_share(before.others)),
            (f"{describe_examined(school)}, after {len(drawings):,} labels", "–", write_share(after.others)),
            ("MNIST test digits read rightly", f"≥ -{MOST_LOST} points", write_change(before, after)),
            (f"the refinement from {len(drawings):,} labels", f"≤ {MOST_MINUTES} min on two idle cores", minutes),
        ],
        points={
            "before": [float(before.others.mean())],
            "after": [float(after.others.mean())],
            "labels": [len(drawings)],
        },
    )


def describe_examined(school: School) -> str:
    """Return whose digits are read."""
    people = len(group_by_person(school.halves.others))
    return f"digits of {people} other writers read rightly ({len(school.others):,} examined)"


def measure_fewer_labels(school: School) -> Outcome:
    """Give the same lesson with fewer labels of the same writers."""
    return join([remember(school.folder, f"curve-{count}", partial(teach_fewer, school, count)) for count in FEWER])


def teach_fewer(school: School, count: int) -> Outcome:
    """Give the lesson with that many labels."""
    drawings = draw_digits(take_in_turn(school.halves.taught, count))
    lesson = school.teach(f"others-{count}", school.start, drawings, school.before)
    after = lesson.after
    end = "" if lesson.refined.is_published else "; the new version was held back"
    row = (f"the same digits, after {count:,} labels", "–", write_share(after.others) + end)
    return Outcome(rows=[row], points={"labels": [count], "after": [float(after.others.mean())]})


def write_distance(before: float, after: float, reference: float) -> str:
    """`71 %` of the distance from `before` to `reference`."""
    distance = reference - before
    return f"{(after - before) / distance:.0%}".replace("%", " %") if distance > 0 else "–"


def write_change(before: Reading, after: Reading) -> str:
    """`99.31 % → 99.33 % (+0.02 points)`."""
    old, new = 100 * before.mnist.mean(), 100 * after.mnist.mean()
    return f"{old:.2f} % → {new:.2f} % ({new - old:+.2f} points)"
