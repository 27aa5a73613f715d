"""What a model version is measured on: digits and what is none, each slice of another kind, each example made anew.

An example is a picture file, which goes through preprocessing, or an image already. The same seed makes the same
pictures. Slices of strokes are there where their files are.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image, preprocess
from training.datasets.labelled_images import NOT_A_DIGIT, DataUnavailableError, LabelledImages, Split
from training.datasets.mnist import load_mnist
from training.datasets.pen_strokes import PenCharacter, read_pen_digits, read_pen_letters
from training.evaluation.canvas import draw, encode_png
from training.evaluation.not_digits import KINDS, draw_not_digit
from training.evaluation.photographs import take_photograph
from training.evaluation.uploads import draw_upload

ENLARGEMENT = 10  # 28×28 → 280×280, the canvas of the page
NOT_DIGITS_PER_KIND = 40


@dataclass(frozen=True)
class Slice:
    """`make(index)` is a picture file or an image (28, 28); `labels` (N,) int64, NOT_A_DIGIT where it is none."""

    name: str
    labels: NDArray[np.int64]
    make: Callable[[int], bytes | Image]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class PreparedSlice:
    """images (N, 28, 28) as the network sees them; where `readable` (N,) is False there was no ink to be found."""

    name: str
    images: Images
    labels: NDArray[np.int64]
    readable: NDArray[np.bool_]

    def read(self) -> LabelledImages:
        """Those where there was."""
        return LabelledImages(self.images[self.readable], self.labels[self.readable])


def make_slices(
    split: Split,
    data_dir: Path,
    pen_digits: Path | None,
    pen_letters: Path | None,
    seed: int = 1,
    all_writers: bool = False,
) -> list[Slice]:
    """`all_writers`: strokes of nobody who was trained on, taken whole. DataUnavailableError where data is missing."""
    writers = None if all_writers else split
    slices = make_mnist_slices(split, data_dir, seed)
    if pen_digits:
        slices += make_pen_slices(read_pen_digits(pen_digits, writers), seed)
    if pen_letters:
        letters = read_pen_letters(pen_letters, writers)
        slices.append(Slice("pen_letters", no_digits(len(letters)), partial(draw_character, letters, seed)))
    count = len(KINDS) * NOT_DIGITS_PER_KIND
    if empty := [part.name for part in slices if not len(part)]:
        raise DataUnavailableError(f"The files of pen strokes hold nobody's {split} strokes for {', '.join(empty)}.")
    return [*slices, Slice("not_digits", no_digits(count), lambda index: draw_other(index, seed))]


def make_mnist_slices(split: Split, data_dir: Path, seed: int) -> list[Slice]:
    """The images, the same as large pictures, and the same as files from a paint program."""
    mnist = load_mnist(split, data_dir)
    images, labels = mnist.images, mnist.labels
    return [
        Slice("mnist", labels, lambda index: images[index]),
        Slice("mnist_pictures", labels, lambda index: enlarge(images[index])),
        Slice("uploads", labels, lambda index: draw_upload(images[index], random_of("uploads", seed, index))),
    ]


def make_pen_slices(digits: list[PenCharacter], seed: int) -> list[Slice]:
    """The digits drawn on the page, and photographed on paper."""
    labels = np.array([digit.label for digit in digits], np.int64)

    def photograph(index: int) -> bytes:
        return take_photograph(digits[index].strokes, random_of("photographs", seed, index))

    return [
        Slice("pen_drawings", labels, partial(draw_character, digits, seed)),
        Slice("photographs", labels, photograph),
    ]


def draw_character(characters: list[PenCharacter], seed: int, index: int) -> bytes:
    """As PNG of a canvas."""
    return encode_png(draw(characters[index].strokes, random_of("pen_drawings", seed, index)))


def draw_other(index: int, seed: int) -> bytes:
    """What is neither digit nor letter, as PNG of a canvas."""
    return encode_png(draw_not_digit(index, random_of("not_digits", seed, index)))


def enlarge(image: Image) -> bytes:
    """(28, 28) → PNG of 280×280, smooth as an anti-aliased pen."""
    large = cv2.resize(image, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".png", large, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def no_digits(count: int) -> NDArray[np.int64]:
    """(count,) labels."""
    return np.full(count, NOT_A_DIGIT, np.int64)


def random_of(name: str, seed: int, index: int) -> np.random.Generator:
    """Of one example of one slice."""
    return np.random.default_rng([seed, index, *name.encode()])


def prepare(part: Slice) -> PreparedSlice:
    """Every example as the network sees it; drawn in threads, each from its own seed."""
    images, readable = np.zeros((len(part), SIDE, SIDE), np.uint8), np.ones(len(part), bool)
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        made = executor.map(lambda index: prepare_example(part.make(index)), range(len(part)))
        for index, image in enumerate(made):
            if image is None:
                readable[index] = False
            else:
                images[index] = image
    return PreparedSlice(part.name, images, part.labels, readable)


def prepare_example(example: bytes | Image) -> Image | None:
    """(28, 28) uint8; None where there is no ink to be found."""
    try:
        return preprocess(example) if isinstance(example, bytes) else example
    except DrawingError:
        return None
