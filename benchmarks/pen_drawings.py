"""Pen strokes → drawings as a person makes them: anywhere on a canvas, at any size, with any pen.

A file of strokes is JSON lines, plain or gzipped: {"label": 7, "writer": "...", "strokes": [[[x, y], ...], ...]},
y down, the longer side scaled to 0..999, one list of points for each time the pen was down. docs/data.md has a source.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CANVAS = 280  # pixels
OVERSAMPLING = 4
SMALLEST, LARGEST = 50, 240  # pixels, longer side of the pen's path
THINNEST, THICKEST = 3, 28  # pixels
PAPERS = ("black", "white", "transparent")


@dataclass(frozen=True)
class PenDigit:
    """One digit as it was written."""

    label: int
    writer: str
    strokes: list[list[tuple[float, float]]]


def read_pen_digits(path: Path) -> Iterator[PenDigit]:
    """Every line of the file."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            entry = json.loads(line)
            strokes = [[(x, y) for x, y in stroke] for stroke in entry["strokes"]]
            yield PenDigit(entry["label"], entry["writer"], strokes)


def draw(digit: PenDigit, random: np.random.Generator) -> Image.Image:
    """280×280 RGBA: random place, size, pen width, paper and ink."""
    size = random.uniform(SMALLEST, LARGEST)
    pen = random.uniform(THINNEST, min(THICKEST, size / 3))
    points = np.array([point for stroke in digit.strokes for point in stroke], float)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(1.0, float((high - low).max()))
    room = CANVAS - (high - low) * scale - pen
    offset = random.uniform(0, 1, 2) * room + pen / 2 - low * scale
    mask = Image.new("L", (CANVAS * OVERSAMPLING,) * 2)
    for stroke in digit.strokes:
        _draw_stroke(mask, (np.array(stroke, float) * scale + offset) * OVERSAMPLING, pen * OVERSAMPLING)
    return _ink_on_paper(mask.reduce(OVERSAMPLING), str(random.choice(PAPERS)), random)


def _draw_stroke(mask: Image.Image, points: np.ndarray, pen: float) -> None:
    canvas = ImageDraw.Draw(mask)
    canvas.line([tuple(point) for point in points], fill=255, width=round(pen), joint="curve")
    for x, y in (points[0], points[-1]):
        canvas.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)


def _ink_on_paper(mask: Image.Image, paper: str, random: np.random.Generator) -> Image.Image:
    dark = tuple(int(level) for level in random.integers(0, 90, 3))
    light = tuple(int(level) for level in random.integers(190, 256, 3))
    if paper == "transparent":
        picture = Image.new("RGBA", mask.size, (*(dark if random.random() < 0.5 else light), 0))
        picture.putalpha(mask)
        return picture
    picture = Image.new("RGBA", mask.size, paper)
    picture.paste((light if paper == "black" else dark), mask=mask)
    return picture
