"""Writes numbers as marks: boxes of digits and separators, as the reader network would find them."""

from collections.abc import Sequence

import numpy as np

from shared.recognition.page.mark import Mark
from shared.recognition.page.pixel_box import PixelBox

Box = tuple[float, float, float, float]  # left, top, right, bottom
WIDTHS = {"1": 0.18, "/": 0.4, "-": 0.3, ",": 0.12, ".": 0.1, ":": 0.12}  # shares of the height; the others: 0.6
EXTENTS = {
    ",": (0.85, 1.2),
    ".": (0.9, 1.0),
    ":": (0.3, 0.9),
    "-": (0.45, 0.55),
}  # top and bottom, shares of the height


class Writer:
    """Writes with digits of `height` pixels, `gap` between them and `space` between numbers, in shares of the height.

    `jitter` is the standard deviation of sizes, gaps and places in shares of the height.
    """

    def __init__(
        self, height: float = 40, gap: float = 0.15, space: float = 0.8, jitter: float = 0.0, seed: int = 0
    ) -> None:
        self.height, self.gap, self.space, self.jitter = height, gap, space, jitter
        self.random = np.random.default_rng(seed)

    def write(self, text: str, left: float, top: float) -> list[tuple[str, Box]]:
        """Signs and their boxes, from left to right."""
        written = []
        x = left
        for character in text:
            if character == " ":
                x += (self.space - self.gap) * self.height
                continue
            size = self.height * (1 + self._vary())
            upper, lower = EXTENTS.get(character, (0.0, 1.0))
            y = top + self._vary() * self.height
            width = WIDTHS.get(character, 0.6) * size
            written.append((character, (x, y + upper * size, x + width, y + lower * size)))
            x += width + (self.gap * (0.4 if not character.isdigit() else 1) + self._vary()) * self.height
        return written

    def write_lines(
        self, lines: Sequence[str], left: float = 50, top: float = 50, step: float = 1.6
    ) -> list[tuple[str, Box]]:
        """Lines under each other. `step` is their distance in digit heights."""
        return [
            sign for row, text in enumerate(lines) for sign in self.write(text, left, top + row * step * self.height)
        ]

    def write_cells(
        self, cells: Sequence[Sequence[str]], pitch: tuple[float, float], left: float = 50, top: float = 50
    ) -> list[tuple[str, Box]]:
        """A table: each text in the middle of its cell. `pitch` is the width and height of a cell in digit heights."""
        written = []
        for row, texts in enumerate(cells):
            for column, text in enumerate(texts):
                signs = self.write(text, 0, top + row * pitch[1] * self.height)
                if signs:
                    width = signs[-1][1][2]
                    shift = left + (column + 0.5) * pitch[0] * self.height - width / 2
                    written += [(sign, (a + shift, b, c + shift, d)) for sign, (a, b, c, d) in signs]
        return written

    def _vary(self) -> float:
        return float(self.jitter * self.random.normal())


def as_marks(signs: Sequence[tuple[str, Box]], homography: np.ndarray | None = None) -> list[Mark]:
    """Marks with whole pixels. `homography` (3, 3) maps the middles of the boxes and scales them."""
    marks = []
    for sign, (left, top, right, bottom) in signs:
        x, y, width, height = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        if homography is not None:
            (x, y), scale = _map(homography, x, y)
            width, height = width * scale, height * scale
        left, top, right, bottom = (
            round(edge) for edge in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        )
        box = PixelBox(left, top, max(right, left + 1), max(bottom, top + 1))
        marks.append(Mark(box, sign, 0.9, np.full(10, 0.1, np.float32) if sign.isdigit() else None))
    return marks


def _map(homography: np.ndarray, x: float, y: float) -> tuple[tuple[float, float], float]:
    u, v, w = homography @ (x, y, 1)
    along = homography @ (x + 1, y, 1)
    scale = float(np.hypot(along[0] / along[2] - u / w, along[1] / along[2] - v / w))
    return (float(u / w), float(v / w)), scale


def rotate(degrees: float, centre: tuple[float, float] = (400, 400)) -> np.ndarray:
    """The homography of a turn around a point, clockwise on the picture."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    there, back = np.eye(3), np.eye(3)
    there[:2, 2], back[:2, 2] = -np.asarray(centre), centre
    return back @ turn @ there


def photograph(strength: float, degrees: float = 0.0, size: float = 800) -> np.ndarray:
    """The homography of a photograph taken at an angle: the far side is smaller by about `strength`."""
    tilt = np.array([[1, 0, 0], [0, 1, 0], [strength / size / 2, -strength / size, 1 + strength / 2]])
    return tilt @ rotate(degrees)
