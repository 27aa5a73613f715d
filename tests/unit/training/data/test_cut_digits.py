"""Digits cut out of composed pages: as many as are on them, labelled rightly, and readable."""

import numpy as np

from shared.recognition.page.pixel_box import PixelBox
from tests.unit.training.reader.made_up_hands import make_test_hands
from training.data.cut_digits import cut_from_pages, find_box

HANDS = make_test_hands()
PICTURE = np.zeros((100, 200), np.uint8)


def test_the_same_seed_cuts_out_the_same_digits_and_another_seed_others() -> None:
    first, second, other = (cut_from_pages(HANDS, 4, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.images, second.images)
    assert np.array_equal(first.labels, second.labels)
    assert first.images.shape != other.images.shape or not np.array_equal(first.images, other.images)


def test_pages_have_several_digits_each_with_ink_in_the_middle() -> None:
    cut = cut_from_pages(HANDS, 12, seed=3)
    assert len(cut) > 24
    assert len(set(cut.labels.tolist())) > 5
    assert (cut.images.max((1, 2)) == 255).all()
    rows = (cut.images.astype(float) * np.arange(28)[:, None]).sum((1, 2)) / cut.images.sum((1, 2))
    assert abs(float(np.median(rows)) - 14) < 1


def test_a_box_is_found_nearly_where_it_is() -> None:
    boxes = [find_box((50, 20, 70, 60), PICTURE, np.random.default_rng(seed)) for seed in range(50)]
    sides = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes if box])
    assert len(sides) == 50
    assert np.abs(sides - (50, 20, 70, 60)).max() < 8
    assert len(np.unique(sides, axis=0)) > 20


def test_a_digit_that_is_partly_outside_the_picture_is_left_out() -> None:
    random = np.random.default_rng(1)
    assert find_box((-5, 20, 20, 60), PICTURE, random) is None
    assert find_box((180, 20, 205, 60), PICTURE, random) is None
    assert find_box((180, 70, 195, 100), PICTURE, random) is not None


def test_a_box_does_not_leave_the_picture() -> None:
    boxes = [find_box((0, 0, 20, 40), PICTURE, np.random.default_rng(seed)) for seed in range(20)]
    assert all(isinstance(box, PixelBox) and box.left >= 0 and box.top >= 0 for box in boxes)
