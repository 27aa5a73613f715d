"""Writers of made-up digits: straight strokes, as on a pocket calculator, so that no collection is needed."""

import numpy as np

from benchmarks.pages.writers import Writers, make_writers
from training.data.pen_characters import PenCharacter

POINTS = {"a": (0, 0), "b": (500, 0), "c": (0, 500), "d": (500, 500), "e": (0, 999), "f": (500, 999)}
STROKES = ["abfea", "bf", "abdcef", "abdfe cd", "acd bf", "bacdfe", "baefdc", "abf", "abfea cd", "dcabfe"]


def make_toy_writers() -> Writers:
    """Two persons with all digits, images of bars, and one letter."""
    characters = [make_character(digit, person) for person in ("ward/w01", "ward/w02") for digit in range(10)]
    images = np.zeros((10, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    return make_writers(characters, images, np.arange(10), [make_character("X", "ward/w01", "af be")])


def make_character(label: int | str, writer: str, strokes: str | None = None) -> PenCharacter:
    """A character with the strokes of STROKES, or with the given ones."""
    drawn = STROKES[label] if isinstance(label, int) else strokes or ""
    return PenCharacter(
        label, writer, tuple(np.array([POINTS[p] for p in stroke], np.float32) for stroke in drawn.split())
    )
