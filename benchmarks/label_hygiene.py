"""`python -m benchmarks.label_hygiene --pen-digits FILE` measures how many wrong labels a refinement finds.

Digits of half of the writers of a file of pen strokes are drawn on a canvas and get wrong labels: flipped at random,
or by vandals, who say 3. It prints the tables of docs/refining.md for the version that judges.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from shared.recognition.model_version import find_manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.data.pen_characters import PenCharacter, person_of, read_pen_digits
from training.data.people_drawings import PeopleDrawings
from training.data.slices import Slice, draw_character, prepare
from training.refine.judge import load_judge
from training.refine.probe import Judge, estimate_probabilities
from training.refine.selection import Selection, select

FLIPPED = 0.3
LIE = 3


@dataclass(frozen=True)
class Attack:
    """`identities` vandals who make that share of all drawings; that share of their labels is wrong."""

    identities: int
    drawings: float
    wrong: float


ATTACKS = (
    Attack(1, 0.6, 1),
    Attack(60, 0.6, 1),
    Attack(300, 0.8, 1),
    Attack(1, 0.3, 0.3),
    Attack(10, 0.3, 0.1),
    Attack(30, 0.5, 0.5),
    Attack(300, 0.8, 0.5),
)


def choose_digits(digits: Sequence[PenCharacter], most: int, seed: int) -> list[PenCharacter]:
    """Return at most that many digits of half of the writers."""
    chance = np.random.default_rng(seed)
    writers = chance.permutation(sorted({person_of(digit.writer) for digit in digits}))
    chosen = set(writers[: len(writers) // 2].tolist())
    mine = [digit for digit in digits if person_of(digit.writer) in chosen]
    return [mine[index] for index in chance.permutation(len(mine))[:most]]


def draw(digits: Sequence[PenCharacter], seed: int) -> PeopleDrawings:
    """Return the digits as their writers would have drawn and labelled them."""
    labels = np.array([digit.label for digit in digits], np.int64)
    prepared = prepare(Slice("people", labels, lambda index: draw_character(digits, seed, index)))
    rows = np.flatnonzero(prepared.readable)
    owners = np.array([person_of(digits[row].writer) for row in rows.tolist()], np.str_)
    no_one = np.zeros(len(rows), np.bool_)
    ids = np.array([str(UUID(int=int(row), version=4)) for row in rows], np.str_)
    truth, times = labels[rows], rows.astype(np.float64)
    return PeopleDrawings(ids, owners, owners, truth, times, no_one, no_one, prepared.images[rows])


def flip(drawings: PeopleDrawings, chance: np.random.Generator) -> tuple[PeopleDrawings, NDArray[np.bool_]]:
    """Give a share of the drawings another label, "not a digit" among them → which ones."""
    flipped = chance.random(len(drawings)) < FLIPPED
    others = (drawings.labels + chance.integers(1, 11, len(drawings))) % 11
    others[others == 10] = NOT_A_DIGIT
    return replace(drawings, labels=np.where(flipped, others, drawings.labels)), flipped


def vandalise(
    drawings: PeopleDrawings, attack: Attack, chance: np.random.Generator
) -> tuple[PeopleDrawings, NDArray[np.bool_]]:
    """Give a share of the drawings to vandals → which labels are wrong."""
    theirs = chance.random(len(drawings)) < attack.drawings
    wrong = theirs & (chance.random(len(drawings)) < attack.wrong) & (drawings.labels != LIE)
    names = np.array([f"vandal {one}" for one in chance.integers(0, attack.identities, len(drawings))])
    owners = np.where(theirs, names, drawings.owners)
    labels = np.where(wrong, LIE, drawings.labels)
    return replace(drawings, labels=labels, owners=owners, labelled_by=owners), wrong


def select_with(judge: Judge, drawings: PeopleDrawings) -> Selection:
    """Return what a refinement would use."""
    return select(drawings, estimate_probabilities(drawings, judge))


def report(drawings: PeopleDrawings, judge: Judge, seed: int) -> None:
    """Print both tables."""
    flipped, which = flip(drawings, np.random.default_rng(seed))
    suspected = np.isin(np.arange(len(drawings)), select_with(judge, flipped).left_out["suspected"])
    print(
        f"{FLIPPED:.0%} flipped: {suspected[which].mean():.1%} of them are suspected, "
        f"{suspected[~which].mean():.2%} of the others"
    )
    print(
        "\n| vandals | share of drawings | wrong | used of the wrong | wrong of what is learned |\n"
        + "| --- " * 5
        + "|"
    )
    for attack in ATTACKS:
        attacked, wrong = vandalise(drawings, attack, np.random.default_rng(seed))
        selection = select_with(judge, attacked)
        used = np.concatenate([selection.train, selection.held_out])
        through, learned = wrong[used].sum() / wrong.sum(), wrong[selection.train].mean()
        print(f"| {attack.identities} | {attack.drawings:.0%} | {attack.wrong:.0%} | {through:.2%} | {learned:.2%} |")


def main() -> None:
    """Measure with the version that the options name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.label_hygiene", description=__doc__)
    parser.add_argument("--pen-digits", type=Path, required=True)
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--model", default="cnn", help="the version that judges")
    parser.add_argument("--drawings", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    manifest = find_manifest(options.models_dir, options.model)
    drawings = draw(choose_digits(read_pen_digits(options.pen_digits), options.drawings, options.seed), options.seed)
    people = len(set(drawings.owners.tolist()))
    print(f"{manifest.reference} judges {len(drawings)} drawings of {people} writers of {options.pen_digits.name}")
    report(drawings, load_judge(options.models_dir, manifest), options.seed)


if __name__ == "__main__":
    main()
