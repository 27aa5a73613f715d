"""A sheet of paper that is being written on: grey levels, and the marks with their places.

Everything is drawn as a layer: a mask 0..255 of what a pen or a printer touched, which then darkens (or lightens) the
paper. Coordinates are pixels, x to the right and y down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]  # (H, W) grey levels 0..255
Layer = NDArray[np.uint8]  # (H, W): 255 where there is ink
Points = NDArray[np.float32]  # (P, 2)
Box = tuple[float, float, float, float]  # left, top, right, bottom
Random = np.random.Generator

Item = TypeVar("Item")

SHIFT = 4  # bits of OpenCV's fixed-point coordinates
DIGITS = "0123456789"
SEPARATORS = ".,:/-"
IGNORED = "?"  # sign of a place where nothing is right or wrong, such as a crossed-out digit
BACKGROUND = " "  # sign of what is written beside digits and is none of the signs above


@dataclass(frozen=True)
class Mark:
    """A sign and the box around its ink."""

    sign: str
    box: Box

    @property
    def height(self) -> float:
        """In pixels."""
        return self.box[3] - self.box[1]

    def move(self, dx: float, dy: float) -> "Mark":
        """The mark at another place."""
        left, top, right, bottom = self.box
        return Mark(self.sign, (left + dx, top + dy, right + dx, bottom + dy))


@dataclass
class Sheet:
    """`levels` is the paper as it looks so far; `marks` says what was written on it."""

    levels: Levels
    marks: list[Mark] = field(default_factory=list)

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.levels.shape[0])

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.levels.shape[1])

    def make_layer(self) -> Layer:
        """An empty layer."""
        return np.zeros(self.levels.shape, np.uint8)

    def apply(self, layer: Layer, density: float, target: float = 0.0) -> None:
        """Move the paper under the layer's ink towards the level `target` by the share `density`."""
        left, top, width, height = cv2.boundingRect(layer)
        if not width:
            return
        here = np.s_[top : top + height, left : left + width]
        cover = layer[here].astype(np.float32) * np.float32(density / 255)
        self.levels[here] += cover * (np.float32(target) - self.levels[here])


def choose(items: Sequence[Item], random: Random) -> Item:
    """One of the items, each as likely. Unlike `random.choice` it makes no array of them, which takes long."""
    return items[int(random.integers(len(items)))]


def draw_strokes(layer: Layer, strokes: Sequence[Points], pen_px: float) -> None:
    """Draw strokes with a round pen. A pen thinner than a pixel and a half is drawn fainter instead of thinner."""
    width = max(1, round(pen_px))
    level = 255 if pen_px >= 1 else int(255 * max(0.3, pen_px))
    shifted = [np.round(stroke * (1 << SHIFT)).astype(np.int32).reshape(-1, 1, 2) for stroke in strokes]
    cv2.polylines(layer, shifted, isClosed=False, color=level, thickness=width, lineType=cv2.LINE_AA, shift=SHIFT)
    for stroke in shifted:
        if len(stroke) == 1:
            x, y = (int(value) for value in stroke[0, 0])
            cv2.circle(layer, (x, y), max(1, round(pen_px / 2 * (1 << SHIFT))), level, -1, cv2.LINE_AA, SHIFT)


def paste_mask(layer: Layer, mask: Layer, left: int, top: int) -> None:
    """Lay a mask (h, w) on the layer, keeping the ink that is there. What lies outside is cut off."""
    height, width = mask.shape
    y0, x0, y1, x1 = max(0, top), max(0, left), min(layer.shape[0], top + height), min(layer.shape[1], left + width)
    if y0 < y1 and x0 < x1:
        here = layer[y0:y1, x0:x1]
        np.maximum(here, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=here)


def enclose(marks: Sequence[Mark]) -> Box:
    """The box around some marks, at least one."""
    left, top, right, bottom = zip(*(mark.box for mark in marks), strict=True)
    return min(left), min(top), max(right), max(bottom)


def bound(strokes: Sequence[Points], pen_px: float) -> Box:
    """The box around the ink of strokes."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0) - pen_px / 2, points.max(axis=0) + pen_px / 2
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
