"""Who draws: the writers of the files of pen strokes, in two halves, and which of their digits they draw.

Everything depends on nothing but the names of the writers and on the seed, so every run has the same drawings.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from training.data.pen_characters import PenCharacter, person_of, read_pen_digits

SEED = 22


@dataclass(frozen=True)
class Halves:
    """Digits of one half of the writers, who label what they draw, and of the others, who are only read."""

    taught: list[PenCharacter]
    others: list[PenCharacter]


def read_halves(files: Sequence[Path]) -> Halves:
    """Split the writers of each file. DataUnavailableError if a file is missing or malformed."""
    halves = Halves([], [])
    for file in files:
        digits = read_pen_digits(file)
        people = sort_by_hash({person_of(digit.writer) for digit in digits})
        taught = set(people[: len(people) // 2])
        for digit in digits:
            (halves.taught if person_of(digit.writer) in taught else halves.others).append(digit)
    return halves


def sort_by_hash(names: Iterable[str]) -> list[str]:
    """Return the names in an order that has nothing to do with what they are."""
    return sorted(names, key=lambda name: hashlib.sha256(f"learning {name}".encode()).digest())


def group_by_person(digits: Iterable[PenCharacter]) -> dict[str, list[PenCharacter]]:
    """Return person → digits, in the order of the file."""
    groups: dict[str, list[PenCharacter]] = {}
    for digit in digits:
        groups.setdefault(person_of(digit.writer), []).append(digit)
    return groups


def take_in_turn(digits: Sequence[PenCharacter], count: int) -> list[PenCharacter]:
    """Return `count` digits, or all: one of each writer in turn, until no more are needed.

    The first digits are the same whatever the count is, so a longer list only adds to a shorter one.
    """
    random = np.random.default_rng(SEED)
    groups = group_by_person(digits)
    shuffled = [[groups[person][i] for i in random.permutation(len(groups[person]))] for person in sort_by_hash(groups)]
    return [digit for digit in chain.from_iterable(zip_longest(*shuffled)) if digit is not None][:count]


def take_of_each_digit(digits: Sequence[PenCharacter], count: int) -> list[PenCharacter]:
    """Return `count` digits, or all, with each of the ten digits as often as there are enough of it."""
    random = np.random.default_rng(SEED)
    rows = [[digit for digit in digits if digit.label == label] for label in range(10)]
    shuffled = [[row[i] for i in random.permutation(len(row))] for row in rows]
    return [digit for digit in chain.from_iterable(zip_longest(*shuffled)) if digit is not None][:count]
