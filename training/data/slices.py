"""The slices: sets of labelled examples of one kind each, on which models are measured and validated.

An example is either a picture file, which goes through the service's preprocessing, or already a 28×28 image. Every
example has its own random generator, so the same seed always draws the same pictures. Slices of pen strokes exist
only where a file of pen strokes is given.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.errors import DrawingError
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.preprocessing import Image, preprocess
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages, Split
from training.data.mnist import load_mnist
from training.data.pen_characters import PenCharacter, read_pen_digits, read_pen_letters
from training.errors import DataUnavailableError
from training.rendering.canvas import draw_canvas, encode_png
from training.rendering.photographs import take_photograph
from training.rendering.shape_drawings import KINDS, draw_shape
from training.rendering.uploads import draw_upload

ENLARGEMENT = 10  # 28×28 → 280×280, the size of the page's canvas
SHAPES_PER_KIND = 40


@dataclass(frozen=True)
class Slice:
    """`make(index)` returns a picture file or an image (28, 28); labels (N,) int64, NOT_A_DIGIT for non-digits."""

    name: str
    labels: NDArray[np.int64]
    make: Callable[[int], bytes | Image]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class PreparedSlice:
    """images (N, 28, 28) as the network receives them; `readable` (N,) is False where no ink was found."""

    name: str
    images: Images
    labels: NDArray[np.int64]
    readable: NDArray[np.bool_]

    def select_readable(self) -> LabelledImages:
        """Return the examples in which ink was found."""
        return LabelledImages(self.images[self.readable], self.labels[self.readable])


def make_slices(
    split: Split,
    data_dir: Path,
    pen_digits: Path | Sequence[Path] | None,
    pen_letters: Path | None,
    seed: int = 1,
    all_writers: bool = False,
) -> list[Slice]:
    """Return all slices for which there are data.

    `all_writers`: use every writer of the pen files; right only if nothing was trained on these files.
    DataUnavailableError if data are missing.
    """
    writers = None if all_writers else split
    slices = make_mnist_slices(split, data_dir, seed)
    slices += read_pen_slices(pen_digits or (), writers, seed)
    if pen_letters:
        letters = read_pen_letters(pen_letters, writers)
        slices.append(Slice("pen_letters", not_digit_labels(len(letters)), partial(draw_character, letters, seed)))
    count = len(KINDS) * SHAPES_PER_KIND
    if empty := [part.name for part in slices if not len(part)]:
        raise DataUnavailableError(f"The pen files have no {split} writers for these slices: {', '.join(empty)}.")
    return [*slices, Slice("not_digits", not_digit_labels(count), partial(draw_shape_file, seed))]


def make_mnist_slices(split: Split, data_dir: Path, seed: int) -> list[Slice]:
    """Return MNIST's images as they are, as large pictures, and redrawn as files from a paint program."""
    mnist = load_mnist(split, data_dir)
    images, labels = mnist.images, mnist.labels
    return [
        Slice("mnist", labels, lambda index: images[index]),
        Slice("mnist_pictures", labels, lambda index: enlarge(images[index])),
        Slice("uploads", labels, lambda index: draw_upload(images[index], random_of("uploads", seed, index))),
    ]


def read_pen_slices(files: Path | Sequence[Path], split: Split | None, seed: int) -> list[Slice]:
    """Return the slices of each file of pen digits. The slices of a second file end with its name.

    So the writers of each source are measured apart, and the first file is what all versions are compared by.
    DataUnavailableError if a file is malformed.
    """
    slices: list[Slice] = []
    for file in [files] if isinstance(files, Path) else files:
        ending = f"_{file.name.partition('.')[0]}" if slices else ""
        parts = make_pen_slices(read_pen_digits(file, split), seed)
        slices += [replace(part, name=part.name + ending) for part in parts]
    return slices


def make_pen_slices(digits: Sequence[PenCharacter], seed: int) -> list[Slice]:
    """Return pen digits drawn on the page's canvas, and the same digits photographed on paper."""
    labels = np.array([digit.label for digit in digits], np.int64)

    def photograph(index: int) -> bytes:
        return take_photograph(digits[index].strokes, random_of("photographs", seed, index))

    return [
        Slice("pen_drawings", labels, partial(draw_character, digits, seed)),
        Slice("photographs", labels, photograph),
    ]


def take_evenly(part: Slice, most: int) -> Slice:
    """Return every k-th example of a slice, where k is the least number that leaves at most `most`."""
    step = max(1, -(-len(part) // most))
    return replace(part, labels=part.labels[::step], make=lambda index: part.make(index * step))


def draw_character(characters: Sequence[PenCharacter], seed: int, index: int) -> bytes:
    """Draw one character on a canvas. The result is a PNG file."""
    return encode_png(draw_canvas(characters[index].strokes, random_of("pen_drawings", seed, index)))


def draw_shape_file(seed: int, index: int) -> bytes:
    """Draw one shape that is neither a digit nor a letter. The result is a PNG file."""
    return encode_png(draw_shape(index, random_of("not_digits", seed, index)))


def enlarge(image: Image) -> bytes:
    """(28, 28) → PNG file of 280×280, as smooth as an anti-aliased pen."""
    large = cv2.resize(image, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".png", large, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def not_digit_labels(count: int) -> NDArray[np.int64]:
    """Return (count,) labels that all say "not a digit"."""
    return np.full(count, NOT_A_DIGIT, np.int64)


def random_of(name: str, seed: int, index: int) -> np.random.Generator:
    """Return the random generator of one example of one slice."""
    return np.random.default_rng([seed, index, *name.encode()])


def prepare(part: Slice) -> PreparedSlice:
    """Turn every example into the network's input, in one thread per core."""
    images, readable = np.zeros((len(part), SIDE, SIDE), np.uint8), np.ones(len(part), bool)
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        prepared = executor.map(lambda index: prepare_example(part.make(index)), range(len(part)))
        for index, image in enumerate(prepared):
            if image is None:
                readable[index] = False
            else:
                images[index] = image
    return PreparedSlice(part.name, images, part.labels, readable)


def prepare_example(example: bytes | Image) -> Image | None:
    """Return the image (28, 28) uint8, or None if the picture has no ink."""
    try:
        return preprocess(example) if isinstance(example, bytes) else example
    except DrawingError:
        return None
