"""Tests of the split by owner and content: what is never in two parts, and what later labels do not move."""

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.training.refine.people import make_drawings, uuid
from training.data.near_copies import find_earlier_copies
from training.data.owner_splits import SPLITS, split_drawings
from training.data.people_drawings import PeopleDrawings


def make_images(count: int, seed: int = 1) -> NDArray[np.uint8]:
    """Return images that are not alike at all."""
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def drawn_by(owners: list[str], images: NDArray[np.uint8] | None = None) -> PeopleDrawings:
    images = make_images(len(owners)) if images is None else images
    return make_drawings(images, np.zeros(len(owners), np.int64), owners)


def some_owners(count: int, of_each: int) -> list[str]:
    return [uuid(number, 1) for _ in range(of_each) for number in range(count)]


def test_with_many_owners_each_is_in_one_split_only():
    owners = some_owners(200, 10)
    parts = split_drawings(drawn_by(owners))
    for owner in set(owners):
        mine = {str(part) for part in parts[np.array(owners) == owner]}
        assert len(mine - {"trained"}) <= 1
    counts = Counter(parts.tolist())
    assert 0.05 < counts["test"] / len(owners) < 0.15
    assert 0.05 < counts["validation"] / len(owners) < 0.15


def test_with_few_owners_the_drawings_of_each_are_in_every_split():
    owners = some_owners(3, 100)
    parts = split_drawings(drawn_by(owners))
    for owner in set(owners):
        mine = Counter(parts[np.array(owners) == owner].tolist())
        assert set(mine) == set(SPLITS)
        assert 10 <= mine["test"] + mine["validation"] <= 35


def test_the_drawings_of_nobody_are_split_one_by_one_beside_many_owners():
    parts = split_drawings(drawn_by([*some_owners(60, 2), *[""] * 200]))
    assert set(parts[-200:].tolist()) == set(SPLITS)


@pytest.mark.parametrize("owners", [some_owners(3, 40), some_owners(60, 3)])
def test_later_labels_move_no_drawing_to_another_part(owners):
    images = make_images(len(owners))
    whole = split_drawings(drawn_by(owners, images))
    begin = 100 if len(set(owners)) > 10 else 1
    for count in range(begin, len(owners), 7):
        assert (split_drawings(drawn_by(owners[:count], images[:count])) == whole[:count]).all()


def test_what_was_trained_on_before_there_were_many_owners_is_never_measured_with():
    owners = [*some_owners(8, 30), *some_owners(60, 3)]
    images = make_images(len(owners))
    before = split_drawings(drawn_by(owners[:240], images[:240]))
    after = split_drawings(drawn_by(owners, images))[:240]
    moved = (before == "train") & (after != "train")
    assert set(after[moved].tolist()) == {"trained"}


def test_copies_of_a_drawing_are_in_its_part():
    owners = [""] * 300
    images = make_images(300)
    images[100:200] = images[:100]
    images[200:] = images[:100]
    images[200:, 0, 0] ^= 255  # one pixel
    parts = split_drawings(drawn_by(owners, images))
    assert (parts[100:200] == parts[:100]).all()
    assert (parts[200:] == parts[:100]).all()


def test_a_copy_by_an_owner_in_another_part_is_in_none():
    owners = some_owners(100, 2)
    images = make_images(200)
    images[100:] = np.roll(images[:100], 1, axis=0)  # each owner's second drawing is the first of the owner before
    parts = split_drawings(drawn_by(owners, images))
    first, second = np.roll(parts[:100], 1), parts[100:]
    assert (second == "copy").sum() > 5
    assert set(second[(first == second) | (second == "copy")].tolist()) >= {"train", "copy"}
    assert ((second == first) | (second == "copy") | (first == "trained")).all()


def test_a_flood_of_one_drawing_is_one_part():
    images = np.repeat(make_images(1), 3000, axis=0)
    assert len(set(split_drawings(drawn_by([""] * 3000, images)).tolist())) == 1


def test_copies_are_found_across_blocks_and_different_drawings_are_not():
    images = make_images(2500)
    images[[1100, 2400]] = images[7]
    found = {position: earlier.tolist() for position, earlier in find_earlier_copies(images)}
    assert found == {1100: [7], 2400: [7, 1100]}


def test_without_drawings_there_is_no_part():
    assert len(split_drawings(drawn_by([], make_images(0)))) == 0
