"""A person whose hand is read badly labels 50 drawings; how is the rest of that hand read?

The version that was trained with strokes has seen half of the writers. Of the others in the file of writers with many
digits, it reads four worst. Each of these four labels 50 digits in an installation of its own.
"""

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.learning.installation import run_installation
from benchmarks.learning.lesson import EXAMINED, School, draw_once
from benchmarks.learning.outcome import Outcome, join, remember
from benchmarks.learning.people import draw_digits, post_drawings
from benchmarks.learning.reading import Verdicts, read_slice
from benchmarks.learning.refining import refine
from benchmarks.learning.versions import Version
from benchmarks.learning.writers import group_by_person, take_in_turn, take_of_each_digit
from training.data.pen_characters import PenCharacter, person_of, read_pen_digits
from training.evaluation.paired import is_worse

WRITERS = 4
LABELS = 50

Digits = Sequence[PenCharacter]


def measure_one_writer(school: School) -> Outcome:
    """Find the four writers, and let each teach."""
    people = {person_of(digit.writer) for digit in read_pen_digits(school.pendigits)}
    strangers = group_by_person(digit for digit in school.halves.others if person_of(digit.writer) in people)
    worst = find_worst(school.reference, strangers)[:WRITERS]
    return join(
        [
            remember(school.folder, f"writers-{Path(person).name}", partial(teach_by_one, school, person))
            for person in worst
        ]
    )


def find_worst(version: Version, people: Mapping[str, Digits]) -> list[str]:
    """Return the writers, the one that the version reads worst first."""
    everybody = [digit for digits in people.values() for digit in digits]
    with run_installation(version) as installation:
        right = read_slice(installation, draw_once(everybody))
    shares, first = {}, 0
    for person, digits in people.items():
        shares[person] = right[first : first + len(digits)].mean()
        first += len(digits)
    return sorted(shares, key=lambda person: shares[person])


def teach_by_one(school: School, person: str) -> Outcome:
    """Let one person label LABELS digits. The strokes that the version was trained with are at hand for the replay."""
    everybody = group_by_person([*school.halves.others, *school.halves.taught])
    digits = everybody.pop(person)
    labelled = take_of_each_digit(digits, LABELS)
    chosen = {id(digit) for digit in labelled}
    rest = draw_once([digit for digit in digits if id(digit) not in chosen])
    around = draw_once(take_in_turn([digit for others in everybody.values() for digit in others], EXAMINED))
    folder = school.folder / f"lesson-{Path(person).name}"
    shutil.rmtree(folder, ignore_errors=True)
    school.say(f"writer {person}: {len(labelled)} labels")
    with run_installation(school.reference, folder) as installation:
        before = [read_slice(installation, part) for part in (rest, around)]
        post_drawings(installation, draw_digits(labelled))
        refined = refine(installation, school.data_dir, [school.trainer.pen_file])
        after = [read_slice(installation, part) for part in (rest, around)] if refined.is_published else before
    school.say(refined.output.strip())
    return describe(person, before, after, published=refined.is_published)


def describe(person: str, before: Sequence[Verdicts], after: Sequence[Verdicts], *, published: bool) -> Outcome:
    """`before` and `after` hold the verdicts of the person's own digits, then of everybody else's."""
    (own, around), (own_after, around_after) = before, after
    end = "" if published else "; no new version got through the gate"
    end += "" if 2 * count_errors(own_after) <= count_errors(own) else " (missed)"
    noise = "a rise beyond noise" if is_worse(around_after, around) else "no rise beyond noise"
    return Outcome(
        rows=[
            (
                f"errors on the rest of writer {person}'s digits, {LABELS} labels",
                "at most half",
                f"{count_errors(own)} → {count_errors(own_after)} of {len(own)}{end}",
            ),
            (
                f"errors on digits of everybody else, labels of writer {person}",
                "no rise beyond noise",
                f"{count_errors(around)} → {count_errors(around_after)} of {len(around):,}: {noise}",
            ),
        ],
        points={"before": [(~own).mean()], "after": [(~own_after).mean()]},
        names=[Path(person).name],
    )


def count_errors(right: Verdicts) -> int:
    """Count the digits that are read wrongly."""
    return int((~right).sum())
