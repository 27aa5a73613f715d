"""Tests of the strokes that are added to zeros, sevens and ones: they look right and change no label."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.unit.training.toy_data import pen_character
from training.data.augmentation.added_strokes import add_strokes
from training.data.pen_characters import PenCharacter, Points

TURN = np.linspace(0, 2 * np.pi, 40)
RING = np.stack([500 + 300 * np.sin(TURN), 500 - 499 * np.cos(TURN)], 1).astype(np.float32)
HOOK = np.array([[0, 0], [600, 0], [300, 999]], np.float32)
BAR = np.array([[500, 0], [480, 999]], np.float32)


def make_character(label: int | str, *strokes: Points) -> PenCharacter:
    return PenCharacter(label, "ward/w01", strokes)


def add_many(character: PenCharacter, seed: int = 1) -> Sequence[PenCharacter]:
    return add_strokes([character] * 60, np.random.default_rng(seed))


@pytest.mark.parametrize(("label", "stroke"), [(0, RING), (7, HOOK), (1, BAR)])
def test_the_written_stroke_stays_and_new_strokes_follow(label: int, stroke: Points) -> None:
    changed = add_many(make_character(label, stroke))
    assert len(changed) == 60
    assert {(character.label, character.writer) for character in changed} == {(label, "ward/w01")}
    assert all(character.strokes[0] is stroke for character in changed)
    assert {len(character.strokes) for character in changed} == ({2, 3} if label == 1 else {2})
    assert len({character.strokes[1].tobytes() for character in changed}) == 60


def test_the_same_seed_adds_the_same_strokes() -> None:
    first, second, other = (add_many(make_character(0, RING), seed)[0].strokes[1] for seed in (4, 4, 5))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_a_flat_slash_extends_beyond_the_ring_on_both_sides() -> None:
    for character in add_many(make_character(0, RING)):
        start, end = character.strokes[1][0], character.strokes[1][-1]
        if abs(end[1] - start[1]) < 0.3 * (end[0] - start[0]):
            assert start[0] < 250
            assert end[0] > 750


def test_a_seven_is_crossed_below_its_bar_and_above_its_end() -> None:
    for character in add_many(make_character(7, HOOK)):
        bar = character.strokes[1]
        assert 100 < bar[:, 1].mean() < 900
        assert np.ptp(bar[:, 0]) > 3 * np.ptp(bar[:, 1])


def test_a_flag_goes_from_the_top_of_a_one_down_to_the_left_and_a_foot_lies_under_it() -> None:
    for character in add_many(make_character(1, BAR)):
        for stroke in character.strokes[1:]:
            start, end = stroke[0], stroke[-1]
            if np.allclose(start, BAR[0]):
                assert end[0] < start[0]
                assert end[1] - start[1] > 0.4 * (start[0] - end[0])  # a seven's bar is flatter
            else:
                assert np.allclose(stroke[:, 1], BAR[1, 1], atol=150)
                assert start[0] < BAR[1, 0] < end[0]


def test_other_characters_wide_ones_and_characters_of_several_strokes_get_no_strokes() -> None:
    others = [
        make_character(3, HOOK),
        make_character("f", BAR),
        pen_character(7),
        make_character(1, HOOK),
        make_character(0, RING, BAR),
    ]
    assert add_strokes(others, np.random.default_rng(1)) == []
