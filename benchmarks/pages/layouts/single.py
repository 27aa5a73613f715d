"""One digit alone on a picture: circled, underlined, in a hand-drawn box, beside a pen, a hole or a word."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.pages.draft import Draft, write_block
from benchmarks.pages.layouts.plan import Plan, choose_style
from benchmarks.pages.texts import make_digits, make_label
from benchmarks.pages.truth import Box, Line
from benchmarks.pages.writers import Writers, print_words
from training.rendering.pages.sheet import Random, choose, draw_strokes

CLEAR = 0.16  # of the digit's height: the least distance between its ink and what stands beside it


def write_single(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """A digit near the middle, and one thing beside or around it."""
    style = choose_style(random)
    block = write_block(make_digits(1, random), writers.pick(random), style, plan.digit_px, random)
    left = (draft.width - block.width) / 2 + random.uniform(-0.06, 0.06) * draft.width
    top = (draft.height - block.height) / 2 + random.uniform(-0.06, 0.06) * draft.height
    signs = draft.place(block, left, top)
    draft.lines.append(Line(block.text, tuple(signs)))
    box = (left, top, left + block.width, top + block.height)
    pen = max(1.5, style.pen * plan.digit_px * random.uniform(0.6, 1.1))
    choose(BESIDE, random)(draft, writers, box, pen, random)


def _circle(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """A ring around the digit, whose ends need not meet."""
    del writers
    x, y, half = _measure(box)
    reach = half * random.uniform(1.2, 1.5) + pen
    angle = random.uniform(0, 6) + np.linspace(0, 2 * np.pi * random.uniform(0.98, 1.08), 60)
    radius = reach * (1 + 0.05 * np.sin(2 * angle + random.uniform(0, 6)))
    _draw(draft, np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1), pen)


def _underline(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """One or two lines under the digit."""
    del writers
    height = box[3] - box[1]
    for index in range(int(random.integers(1, 3))):
        y = box[3] + height * (CLEAR + 0.16 * index) + pen / 2
        ends = box[0] - height * random.uniform(0.1, 0.5), box[2] + height * random.uniform(0.1, 0.5)
        _draw(draft, np.array([(ends[0], y), (sum(ends) / 2, y + random.normal(0, 0.01) * height), (ends[1], y)]), pen)


def _frame(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """A box drawn by hand around the digit."""
    del writers
    x, y, half = _measure(box)
    reach = half * random.uniform(1.25, 1.6) + pen
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * reach + (x, y)
    _draw(draft, corners + random.normal(0, 0.03 * half, (5, 2)), pen)


def _hole(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """A dark disc, as a punched hole or a magnet, to the left or right."""
    del writers, pen
    height = box[3] - box[1]
    radius = height * random.uniform(0.12, 0.3)
    x = box[0] - height * CLEAR - 2 * radius if random.random() < 0.5 else box[2] + height * CLEAR + 2 * radius
    y = random.uniform(box[1], box[3])
    cv2.circle(draft.writing, (round(x), round(y)), round(radius), 255, -1, cv2.LINE_AA)


def _pen(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """A thick slanted pen lies beside the digit and reaches out of the picture."""
    del writers, pen
    height, thick = box[3] - box[1], (box[3] - box[1]) * random.uniform(0.15, 0.3)
    tip = np.array([box[2] + 2 * CLEAR * height + thick, box[3] - random.uniform(0, 0.4) * height])
    end = tip + np.array([random.uniform(0.6, 1.4), 1.0]) * draft.height
    _draw(draft, np.array([tip, end]), thick)


def _word(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """A printed word above the digit."""
    del pen
    height = box[3] - box[1]
    word = print_words(make_label(random), writers.pick_font(random), height * random.uniform(0.25, 0.45))
    draft.print_mask(word, box[0] - height * 0.2, max(1.0, box[1] - CLEAR * height - word.shape[0]))


def _nothing(draft: Draft, writers: Writers, box: Box, pen: float, random: Random) -> None:
    """The digit is alone."""
    del draft, writers, box, pen, random


def _measure(box: Box) -> tuple[float, float, float]:
    """The middle of a box, and half of its diagonal."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, float(np.hypot(box[2] - box[0], box[3] - box[1])) / 2


def _draw(draft: Draft, points: NDArray[np.floating], pen: float) -> None:
    draw_strokes(draft.writing, [np.asarray(points, np.float32)], pen)


Beside = Callable[[Draft, Writers, Box, float, Random], None]
BESIDE: tuple[Beside, ...] = (_circle, _underline, _frame, _hole, _pen, _word, _nothing)
