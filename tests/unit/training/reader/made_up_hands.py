"""Hands made of a few made-up strokes, so that pages can be composed without any data."""

import numpy as np

from training.data.pen_characters import PenCharacter
from training.data.writing_data import make_scenery_doodles
from training.rendering.pages.forms import FORMS
from training.rendering.pages.hands import Hands, make_hands

WRITERS = ("ward/w01", "ward/w02")


def make_digits() -> list[PenCharacter]:
    """Two writers, who write every digit once, in forms that are made of straight lines."""
    return [
        PenCharacter(int(digit), writer, tuple(np.array(stroke, np.float32) * 999 for stroke in forms[index]))
        for digit, forms in FORMS.items()
        for index, writer in enumerate(WRITERS)
    ]


def make_letter() -> PenCharacter:
    """An X."""
    strokes = (np.array([[0, 0], [700, 999]], np.float32), np.array([[700, 0], [0, 999]], np.float32))
    return PenCharacter("X", WRITERS[0], strokes)


def make_images() -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Ten images, one for each digit, of different bars, which stand for MNIST's."""
    images = np.zeros((10, 28, 28), np.uint8)
    for digit in range(10):
        images[digit, 4:24, 6 + digit : 10 + digit] = 255
        images[digit, 4 + digit : 7 + digit, 6:22] = 255
    return images, np.arange(10)


def make_test_hands() -> Hands:
    """All kinds of hands, letters, drawings and doodles."""
    images, labels = make_images()
    drawings = np.zeros((2, 28, 28), np.uint8)
    drawings[:, 5:20, 5:8] = drawings[:, 17:20, 5:22] = 200
    return make_hands(make_digits(), images, labels, [make_letter()], drawings, make_scenery_doodles()[:50])
