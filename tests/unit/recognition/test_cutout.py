"""Measuring and changing a cutout gives the same result as working on the whole picture."""

import numpy as np
import pytest

from shared.recognition.cutout import SAMPLED_SIDE, Cutout


def draw(*shape: int, paper: int = 200) -> np.ndarray:
    """A patch of noise on paper of one level."""
    picture = np.full(shape, paper, np.uint8)
    picture[3:9, 5:12] = np.random.default_rng(0).integers(0, 256, picture[3:9, 5:12].shape)
    return picture


PICTURES = [
    draw(20, 30),
    draw(20, 30, 4),
    draw(9, 12),  # the patch touches the border
    np.pad(draw(20, 30)[3:9, 5:12], ((0, 4), (0, 4))),  # the first pixel belongs to the patch
    np.full((5, 4), 7, np.uint8),
    np.array([[1]], np.uint8),
]


@pytest.mark.parametrize("picture", PICTURES)
def test_filling_a_cutout_restores_the_picture(picture: np.ndarray) -> None:
    assert np.array_equal(Cutout.of(picture).fill(), picture)


def test_a_cutout_keeps_only_the_part_that_is_not_paper() -> None:
    cutout = Cutout.of(draw(20, 30))
    assert (cutout.row, cutout.column, cutout.shape) == (3, 5, (20, 30))
    assert cutout.pixels.shape == (6, 7)


@pytest.mark.parametrize("picture", [picture for picture in PICTURES if picture.ndim == 2])
def test_levels_are_counted_over_the_whole_picture(picture: np.ndarray) -> None:
    assert np.array_equal(Cutout.of(picture).count_levels(), np.bincount(picture.ravel(), minlength=256))


@pytest.mark.parametrize("picture", PICTURES)
def test_spread_is_measured_over_the_whole_picture(picture: np.ndarray) -> None:
    expected = picture.reshape(picture.shape[0] * picture.shape[1], -1).astype(float).std(axis=0)
    assert Cutout.of(picture).measure_spread() == pytest.approx(expected.tolist())


def test_the_spread_of_a_large_part_is_measured_on_a_sample() -> None:
    picture = np.random.default_rng(0).normal(120, 20, (4 * SAMPLED_SIDE, 3 * SAMPLED_SIDE)).astype(np.uint8)
    assert Cutout.of(picture).measure_spread() == pytest.approx([picture.std()], rel=0.02)


@pytest.mark.parametrize("table", [np.arange(256, dtype=np.uint8)[::-1], np.linspace(0, 1, 256, dtype=np.float32)])
def test_levels_are_looked_up_in_the_whole_picture(table: np.ndarray) -> None:
    picture = draw(20, 30)
    assert np.array_equal(Cutout.of(picture).look_up(table).fill(), table[picture])


def test_a_channel_is_picked_in_the_whole_picture() -> None:
    picture = draw(20, 30, 4)
    picture[..., 2] //= 2
    assert np.array_equal(Cutout.of(picture).pick(2).fill(), picture[..., 2])


def test_a_widened_cutout_has_a_margin_like_its_surroundings() -> None:
    picture = draw(20, 30)
    widened = Cutout.of(picture).widen(7)
    assert np.array_equal(widened.fill(), np.pad(picture, 7, constant_values=200))
    assert np.array_equal(widened.count_levels(), np.bincount(widened.fill().ravel(), minlength=256))
