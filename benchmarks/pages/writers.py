"""The hands and fonts of the test pages: digits of MNIST's test images and of the test split's pen writers only.

No network of this project was trained on them. The printed signs use cuts of fonts that come with matplotlib (DejaVu,
STIX and Computer Modern) which `training/` does not print with, and a font of OpenCV that is made of lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.pages.hand import WIDEST, Hand, Images, Pen, Type, crop, print_mask
from benchmarks.pages.texts import to_ascii
from benchmarks.pages.truth import DIGITS
from training.data.label_filter import is_mislabelled_bar
from training.data.mnist import load_mnist
from training.data.pen_characters import PenCharacter, read_pen_digits, read_pen_letters
from training.rendering.pages.fonts import find_fonts
from training.rendering.pages.sheet import Layer, Points, Random, choose

FONTS = ("DejaVuSansMono-Bold", "DejaVuSerif-Italic", "DejaVuSans-BoldOblique", "STIXGeneralItalic", "cmti10")
LINE_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX)  # font faces of OpenCV
IMAGE_SHARE = 0.2  # of the numbers, written with MNIST's images; pens write the others


@dataclass(frozen=True)
class Writers:
    """Everyone who writes test pages. `persons` have all ten digits; `letters` are no digits."""

    persons: list[dict[str, list[tuple[Points, ...]]]]
    images: dict[str, NDArray[np.uint8]]  # (N, 28, 28) for each digit
    letters: list[tuple[Points, ...]]
    fonts: list[str]

    def pick(self, random: Random, *, pens_only: bool = False) -> Hand:
        """One person's hand, or MNIST's images."""
        if self.persons and (pens_only or random.random() >= IMAGE_SHARE):
            return Pen(choose(self.persons, random))
        return Images(self.images)

    def pick_font(self, random: Random) -> str:
        """The file of a font."""
        return choose(self.fonts, random)

    def pick_type(self, random: Random) -> Hand:
        """Printed digits."""
        return Type(self.pick_font(random))


def load_writers(pen_digits: Iterable[Path], pen_letters: Path | None, data_dir: Path) -> Writers:
    """The writers of the test split. DataUnavailableError if a file is missing or malformed."""
    characters = [character for path in pen_digits for character in read_pen_digits(path, "test")]
    mnist = load_mnist("test", data_dir)
    letters = read_pen_letters(pen_letters, "test") if pen_letters else []
    return make_writers(characters, mnist.images, mnist.labels, letters)


def make_writers(
    characters: Iterable[PenCharacter],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    letters: Iterable[PenCharacter],
) -> Writers:
    """Writers from pen digits, images (N, 28, 28) with labels (N,), and pen letters.

    A person who never wrote some digit borrows it from all the others. Bars that are not labelled 1 are left out, as
    nobody could read them.
    """
    persons: dict[str, dict[str, list[tuple[Points, ...]]]] = defaultdict(lambda: defaultdict(list))
    everyone: dict[str, list[tuple[Points, ...]]] = defaultdict(list)
    for character in characters:
        if not is_mislabelled_bar(character):
            strokes = scale_strokes(character.strokes)
            persons[character.writer][str(character.label)].append(strokes)
            everyone[str(character.label)].append(strokes)
    complete = all(everyone[digit] for digit in DIGITS)
    return Writers(
        [{digit: known[digit] or everyone[digit] for digit in DIGITS} for known in persons.values()]
        if complete
        else [],
        {digit: images[labels == int(digit)] for digit in DIGITS},
        [scale_strokes(letter.strokes) for letter in letters],
        find_fonts(FONTS),
    )


def scale_strokes(strokes: Sequence[Points]) -> tuple[Points, ...]:
    """Move and scale strokes so that they are 1 high, or WIDEST wide if they are flatter than that."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-3)
    scale = max(float(size[1]), float(size[0]) / WIDEST)
    return tuple(np.asarray((stroke - low) / scale, np.float32) for stroke in strokes)


def print_words(text: str, font: str, size_px: float) -> Layer:
    """One line of type as a mask (h, w) 0..255, cropped to its ink. Computer Modern gets no accents."""
    return print_mask(to_ascii(text) if Path(font).name.startswith("cm") else text, font, size_px)


def draw_words(text: str, size_px: float, random: Random) -> Layer:
    """One line in a font of OpenCV as a mask (h, w) 0..255, cropped to its ink. `text` is ASCII."""
    face, scale = int(random.choice(LINE_FONTS)), size_px / 30
    thickness = max(1, round(scale * 1.6))
    (width, height), below = cv2.getTextSize(text, face, scale, thickness)
    mask = np.zeros((height + below + 8, width + 8), np.uint8)
    cv2.putText(mask, text, (4, height + 4), face, scale, 255, thickness, cv2.LINE_AA)
    return crop(mask)
