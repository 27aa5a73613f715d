"""A page while it is composed: paper, layers of ink, and the truth about what was written.

A number is first written as a block, a mask of its own. Whoever places the block knows its size, so no two numbers lie
over each other and no digit is cut off, unless a kind of page wants that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from benchmarks.pages.hand import Hand, Style, draw_separator
from benchmarks.pages.truth import SEPARATORS, Box, Line, Sign, Table, bound
from training.rendering.pages.sheet import Layer, Levels, Random, Sheet, paste_mask


@dataclass(frozen=True)
class Ink:
    """How far the ink moves the paper to the level `target`, for writing and for printed frames.

    `grain` is the share of the ink that a rough paper takes away again, as with pencil and chalk.
    """

    writing: float
    frame: float
    target: float = 0.0
    grain: float = 0.0


@dataclass(frozen=True)
class Block:
    """A number as a mask (h, w), and its signs in pixels of the mask. `baseline` may lie outside the mask."""

    mask: Layer
    text: str
    signs: tuple[Sign, ...]
    baseline: float

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.mask.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.mask.shape[0])


@dataclass
class Draft:
    """The page so far. `frame` holds what is printed, `faint` what is hardly visible."""

    sheet: Sheet
    writing: Layer = field(init=False)
    frame: Layer = field(init=False)
    faint: Layer = field(init=False)
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writing, self.frame, self.faint = (self.sheet.make_layer() for _ in range(3))

    @property
    def width(self) -> int:
        """In pixels."""
        return self.sheet.width

    @property
    def height(self) -> int:
        """In pixels."""
        return self.sheet.height

    def place(self, block: Block, left: float, top: float, layer: Layer | None = None) -> list[Sign]:
        """Put a block on the page, by default in the layer of the writing. Returns its signs where they are now."""
        x, y = round(left), round(top)
        paste_mask(self.writing if layer is None else layer, block.mask, x, y)
        return [Sign(sign.text, shift(sign.box, x, y)) for sign in block.signs]

    def print_mask(self, mask: Layer, left: float, top: float) -> None:
        """Print a mask."""
        paste_mask(self.frame, mask, round(left), round(top))

    def apply(self, ink: Ink, random: Random, faint: float = 0.08) -> Levels:
        """Put all layers on the paper; `faint` is the strength of the faint one. Returns the grey levels."""
        self.sheet.apply(self.faint, faint, ink.target)
        self.sheet.apply(self.frame, ink.frame, ink.target)
        writing = roughen(self.writing, ink.grain, random) if ink.grain else self.writing
        self.sheet.apply(writing, ink.writing, ink.target)
        return self.sheet.levels


def start_draft(paper: Levels) -> Draft:
    """An empty page on that paper."""
    return Draft(Sheet(paper))


def shift(box: Box, x: float, y: float) -> Box:
    """The box, moved."""
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def write_block(text: str, hand: Hand, style: Style, height: float, random: Random) -> Block:
    """Write a number with digits about `height` pixels high."""
    placed: list[tuple[Layer, int, int]] = []  # mask, left, top; the baseline begins at 0, 0
    x = 0.0
    for index, sign in enumerate(text):
        mask, below = _draw_sign(sign, hand, height, style, random)
        baseline = style.rise * x + height * random.normal(0, style.wobble) + below
        placed.append((mask, round(x), round(baseline) - mask.shape[0]))
        beside = sign in SEPARATORS or text[index + 1 : index + 2] in tuple(SEPARATORS)
        gap = style.gap + random.normal(0, style.gap_jitter)
        x += mask.shape[1] + height * (max(0.05, 0.6 * gap) if beside else gap)
    return _join_masks(text, placed)


def _draw_sign(sign: str, hand: Hand, height: float, style: Style, random: Random) -> tuple[Layer, float]:
    """A sign's mask, and how many pixels it reaches below the baseline."""
    size = height * float(np.exp(random.normal(0, style.size_jitter)))
    if sign in SEPARATORS:
        return draw_separator(sign, size, style, random)
    return hand.draw(sign, size, style, random), 0.0


def _join_masks(text: str, placed: Sequence[tuple[Layer, int, int]]) -> Block:
    """One mask that holds all masks, and the signs on it."""
    boxes = [(left, top, left + mask.shape[1], top + mask.shape[0]) for mask, left, top in placed]
    x, y, right, bottom = (int(value) for value in bound(boxes))
    whole = np.zeros((bottom - y, right - x), np.uint8)
    for mask, left, top in placed:
        paste_mask(whole, mask, left - x, top - y)
    signs = tuple(Sign(sign, shift(box, -x, -y)) for sign, box in zip(text, boxes, strict=True))
    return Block(whole, text, signs, -y)


def join_line(parts: Sequence[tuple[str, list[Sign]]]) -> Line:
    """A line of numbers, each a text with its signs, from left to right."""
    return Line(" ".join(text for text, _ in parts), tuple(sign for _, signs in parts for sign in signs))


def roughen(layer: Layer, grain: float, random: Random) -> Layer:
    """Take ink away in small spots."""
    x, y, width, height = cv2.boundingRect(layer)
    spots = random.random((height, width), np.float32)
    spots = np.asarray(cv2.GaussianBlur(spots, (0, 0), 0.8), np.float32)
    kept = 1 - grain * np.clip(0.5 + 3 * (spots - 0.5), 0, 1)
    rough = layer.copy()
    rough[y : y + height, x : x + width] = (layer[y : y + height, x : x + width] * kept).astype(np.uint8)
    return rough
