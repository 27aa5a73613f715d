"""Draws test pages: digits made of strokes of a round pen, at any place and size, as ink in 0..1."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from tests.integration.inference.conftest import encode

Stroke = list[tuple[float, float]]  # points (x, y) in a box of height 1


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Stroke:
    angles = np.linspace(math.radians(start), math.radians(end), 24)
    return [(x + width * math.cos(angle), y + height * math.sin(angle)) for angle in angles]


STROKES: dict[int, list[Stroke]] = {
    0: [arc(0.3, 0.5, 0.28, 0.5, 0, 360)],
    1: [[(0.1, 0.0), (0.06, 1.0)]],
    2: [[*arc(0.3, 0.27, 0.27, 0.27, 190, 390), (0.02, 0.98), (0.62, 0.98)]],
    3: [[*arc(0.25, 0.26, 0.26, 0.25, 200, 440), *arc(0.25, 0.74, 0.3, 0.26, 280, 520)]],
    4: [[(0.3, 0.0), (0.0, 0.6), (0.62, 0.6)], [(0.48, 0.25), (0.45, 1.0)]],
    5: [[(0.55, 0.0), (0.1, 0.0), (0.06, 0.42), *arc(0.26, 0.68, 0.3, 0.3, 235, 500)]],
    6: [[(0.5, 0.0), (0.2, 0.3), *arc(0.3, 0.7, 0.28, 0.29, 180, 540)]],
    7: [[(0.0, 0.02), (0.6, 0.02), (0.2, 1.0)]],
    8: [[*arc(0.3, 0.25, 0.23, 0.25, 90, 450), *arc(0.3, 0.75, 0.28, 0.25, 270, 630)]],
    9: [[*arc(0.3, 0.28, 0.26, 0.27, 0, 360), (0.5, 1.0)]],
}


@dataclass(frozen=True)
class Written:
    """A digit with its upper left corner and its height, in pixels."""

    digit: int
    left: float
    top: float
    height: float


def write(digits: list[Written], width: int, height: int, pen: float = 0.11) -> np.ndarray:
    """Ink (height, width) in 0..1. `pen` is the width of the pen as a share of a digit's height."""
    ink = np.zeros((height, width), np.uint8)
    for written in digits:
        for stroke in STROKES[written.digit]:
            draw_stroke(
                ink,
                [(written.left + x * written.height, written.top + y * written.height) for x, y in stroke],
                pen * written.height,
            )
    return ink / 255


def draw_stroke(ink: np.ndarray, points: Stroke, pen: float) -> None:
    fixed = (np.array(points) * 16).round().astype(np.int32)
    cv2.polylines(ink, [fixed], False, 255, max(1, round(pen)), cv2.LINE_AA, shift=4)


def write_rows(rows: list[str], size: float = 60, slope: float = 0.0) -> tuple[np.ndarray, list[Written]]:
    """Ink with rows of digits, and the digits in reading order. Each row falls by `slope` of its length."""
    digits = [
        Written(int(character), size + column * size, size + row * 1.6 * size + slope * column * size, size)
        for row, line in enumerate(rows)
        for column, character in enumerate(line)
    ]
    width = round(size * (max(map(len, rows)) + 2))
    height = round(size * (1.6 * len(rows) + 2) + max(0.0, slope) * width)
    return write(digits, width, height), digits


def as_png(ink: np.ndarray) -> bytes:
    return encode(Image.fromarray((255 * (1 - ink)).astype(np.uint8)))
