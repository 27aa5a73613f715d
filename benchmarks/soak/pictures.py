"""Digits as a canvas sends them, and pages with ten of them. All are training digits of MNIST."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.mnist import load_mnist

SIDE = 280  # pixels of the canvas
PAPER = 255
DIGITS, PAGES, ON_A_PAGE = 400, 5, 10


@dataclass(frozen=True)
class Digit:
    """A PNG of one digit, and which one it is."""

    picture: bytes
    label: int


def draw_digits(data_dir: Path) -> list[Digit]:
    """Return the digits. DataUnavailableError without MNIST."""
    mnist = load_mnist("train", data_dir)
    pairs = zip(mnist.images[:DIGITS], mnist.labels[:DIGITS], strict=True)
    return [Digit(_encode(_enlarge(image, SIDE)), int(label)) for image, label in pairs]


def draw_pages(data_dir: Path) -> list[bytes]:
    """Return pages with two rows of five digits, as PNG."""
    images = load_mnist("train", data_dir).images
    return [_encode(_lay_out(images[start : start + ON_A_PAGE])) for start in range(0, PAGES * ON_A_PAGE, ON_A_PAGE)]


def _lay_out(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    page = np.full((500, 1000), PAPER, np.uint8)
    for number, image in enumerate(images):
        top, left = 60 + 220 * (number // 5), 60 + 180 * (number % 5)
        page[top : top + 140, left : left + 140] = _enlarge(image, 140)
    return page


def _enlarge(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return PAPER - np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def _encode(grey: NDArray[np.uint8]) -> bytes:
    output = io.BytesIO()
    Image.fromarray(grey).save(output, "PNG")
    return output.getvalue()
