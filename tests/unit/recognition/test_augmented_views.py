"""Doubtful images are looked at again, from six more sides, and no others are."""

from dataclasses import replace

import numpy as np

from shared.recognition.augmented_views import (
    MOVES_PX,
    TURNS_DEG,
    average_doubtful_views,
    compute_augmented_logits,
    make_views,
)
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.normalisation import Images

CALIBRATION = Calibration(energy_centre=2.0, doubtful_below=0.8)
SURE, DOUBTFUL = 255, 100  # levels of the brightest pixel


class Looker:
    """Sure of a zero where there is a white pixel; else torn between zero and one, by where the ink is."""

    def __init__(self) -> None:
        self.looked_at: list[int] = []

    def __call__(self, images: Images) -> Logits:
        self.looked_at.append(len(images))
        logits = np.zeros((len(images), 10), np.float32)
        logits[:, 0] = np.where(images.max(axis=(1, 2)) == SURE, 20, 1)
        logits[:, 1] = images.argmax(axis=2).max(axis=1)  # the rightmost column with ink
        return logits


def dots(*levels: int) -> Images:
    images = np.zeros((len(levels), 28, 28), np.uint8)
    images[:, 14, 0] = levels
    return images


def test_an_image_that_is_read_for_sure_is_looked_at_once() -> None:
    look = Looker()
    logits = compute_augmented_logits(look, dots(SURE, SURE), CALIBRATION)
    assert look.looked_at == [2]
    assert logits.tolist() == Looker()(dots(SURE, SURE)).tolist()


def test_a_doubtful_one_is_what_its_seven_views_are_on_average() -> None:
    look, images = Looker(), dots(DOUBTFUL, SURE, DOUBTFUL)
    images[2] = np.roll(images[2], 2, axis=1)
    first = Looker()(images)
    logits = average_doubtful_views(look, images, first, CALIBRATION)
    assert look.looked_at == [12]
    for doubtful in (0, 2):
        views = np.concatenate([images[doubtful : doubtful + 1], make_views(images)[doubtful]])
        assert np.allclose(logits[doubtful], Looker()(views).mean(axis=0))
    assert logits[0, 1] != first[0, 1]
    assert logits[1].tolist() == first[1].tolist()
    assert first.tolist() == Looker()(images).tolist()


def test_a_version_that_says_so_looks_once() -> None:
    look = Looker()
    compute_augmented_logits(look, dots(DOUBTFUL), replace(CALIBRATION, doubtful_below=0.0))
    assert look.looked_at == [1]


def test_what_is_no_digit_is_not_looked_at_again() -> None:
    look = Looker()
    compute_augmented_logits(look, dots(DOUBTFUL), replace(CALIBRATION, energy_centre=5.0))
    assert look.looked_at == [1]


def test_the_views_are_turned_and_moved_and_bring_in_black() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:15] = 200
    image[0, 0] = 90
    views = make_views(image[None])[0]
    turned, moved = views[: len(TURNS_DEG)], views[len(TURNS_DEG) :]
    assert views.shape == (6, 28, 28)
    for (right, down), view in zip(MOVES_PX, moved, strict=True):
        expected = np.roll(image, (down, right), axis=(0, 1))
        expected[0, 27] = expected[27, 0] = 0  # what np.roll brings back at the other edge
        assert (view == expected).all()
    tops = [int(view[5].argmax()) for view in turned]
    assert tops[0] > 14 > 13 > tops[1]  # clockwise, counterclockwise
    assert np.allclose(turned.sum(axis=(1, 2)), image.sum(), rtol=0.03)
