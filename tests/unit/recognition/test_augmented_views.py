"""Doubtful images get the mean logits of seven views. All other images keep the logits of a single pass."""

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
SURE, DOUBTFUL = 255, 100  # grey levels of the brightest pixel


class ToyNetwork:
    """Is sure of a zero if there is a white pixel; else the place of the ink decides between zero and one."""

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []

    def __call__(self, images: Images) -> Logits:
        self.batch_sizes.append(len(images))
        logits = np.zeros((len(images), 10), np.float32)
        logits[:, 0] = np.where(images.max(axis=(1, 2)) == SURE, 20, 1)
        logits[:, 1] = images.argmax(axis=2).max(axis=1)  # the rightmost column with ink
        return logits


def dots(*levels: int) -> Images:
    images = np.zeros((len(levels), 28, 28), np.uint8)
    images[:, 14, 0] = levels
    return images


def test_an_image_with_a_high_confidence_is_computed_once() -> None:
    network = ToyNetwork()
    logits = compute_augmented_logits(network, dots(SURE, SURE), CALIBRATION)
    assert network.batch_sizes == [2]
    assert logits.tolist() == ToyNetwork()(dots(SURE, SURE)).tolist()


def test_a_doubtful_image_gets_the_mean_logits_of_its_seven_views() -> None:
    network, images = ToyNetwork(), dots(DOUBTFUL, SURE, DOUBTFUL)
    images[2] = np.roll(images[2], 2, axis=1)
    first = ToyNetwork()(images)
    logits = average_doubtful_views(network, images, first, CALIBRATION)
    assert network.batch_sizes == [12]
    for doubtful in (0, 2):
        views = np.concatenate([images[doubtful : doubtful + 1], make_views(images)[doubtful]])
        assert np.allclose(logits[doubtful], ToyNetwork()(views).mean(axis=0))
    assert logits[0, 1] != first[0, 1]
    assert logits[1].tolist() == first[1].tolist()
    assert first.tolist() == ToyNetwork()(images).tolist()


def test_a_version_without_doubtful_below_computes_every_image_once() -> None:
    network = ToyNetwork()
    compute_augmented_logits(network, dots(DOUBTFUL), replace(CALIBRATION, doubtful_below=0.0))
    assert network.batch_sizes == [1]


def test_a_rejected_image_is_computed_once() -> None:
    network = ToyNetwork()
    compute_augmented_logits(network, dots(DOUBTFUL), replace(CALIBRATION, energy_centre=5.0))
    assert network.batch_sizes == [1]


def test_views_are_turned_or_moved_and_black_outside_the_image() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:15] = 200
    image[0, 0] = 90
    views = make_views(image[None])[0]
    turned, moved = views[: len(TURNS_DEG)], views[len(TURNS_DEG) :]
    assert views.shape == (6, 28, 28)
    for (right, down), view in zip(MOVES_PX, moved, strict=True):
        expected = np.roll(image, (down, right), axis=(0, 1))
        expected[0, 27] = expected[27, 0] = 0  # np.roll moves this pixel to the other edge
        assert (view == expected).all()
    tops = [int(view[5].argmax()) for view in turned]
    assert tops[0] > 14 > 13 > tops[1]  # clockwise, counterclockwise
    assert np.allclose(turned.sum(axis=(1, 2)), image.sum(), rtol=0.03)
