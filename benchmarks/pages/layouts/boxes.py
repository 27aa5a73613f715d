"""Forms with one box for each digit: boxes apart, rows of boxes with common walls, and combs."""

import cv2
import numpy as np

from benchmarks.pages.draft import Block, Draft, write_block
from benchmarks.pages.hand import Hand, Style
from benchmarks.pages.layouts.plan import Plan, choose_style
from benchmarks.pages.texts import make_digits, make_label
from benchmarks.pages.truth import Line, Sign
from benchmarks.pages.writers import Writers, print_words
from training.rendering.pages.sheet import Layer, Random


def write_boxes(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Rows of two to nine boxes, a label before each row. A row is one number."""
    hand, style = writers.pick(random), choose_style(random)
    top = plan.digit_px * random.uniform(0.6, 1.2)
    while top + 2.2 * plan.digit_px < draft.height:
        height = plan.digit_px * random.uniform(1.25, 1.8)
        _write_row(draft, writers, (hand, style), (top, height, plan.digit_px), random)
        top += height + plan.digit_px * random.uniform(0.7, 1.4)


def _write_row(
    draft: Draft, writers: Writers, writing: tuple[Hand, Style], sizes: tuple[float, float, float], random: Random
) -> None:
    """One row: the top of its boxes, their height, and the digits' height are the `sizes`."""
    top, height, digit_px = sizes
    width = digit_px * random.uniform(1.1, 1.6)
    pitch = width + (0.0 if random.random() < 0.5 else digit_px * random.uniform(0.1, 0.5))
    left = digit_px * random.uniform(0.4, 1.2)
    if random.random() < 0.6:
        word = print_words(make_label(random), writers.pick_font(random), digit_px * 0.6)
        draft.print_mask(word, left, top + height - word.shape[0] - 0.2 * digit_px)
        left += word.shape[1] + 0.5 * digit_px
    count = min(int(random.integers(2, 10)), int((draft.width - left - 4) / pitch))
    if count < 2:
        return
    comb, thickness = random.random() < 0.25, max(1, round(digit_px * random.uniform(0.015, 0.06)))
    signs: list[Sign] = []
    for index in range(count):
        x = left + index * pitch
        draw_box(draft.frame, (x, top, x + width, top + height), thickness, comb=comb)
        block = fit_digit(*writing, digit_px, (width - thickness, height - thickness), random)
        signs += draft.place(block, *centre(block, (x, top, x + width, top + height), random))
    draft.lines.append(Line("".join(sign.text for sign in signs), tuple(signs)))


def fit_digit(hand: Hand, style: Style, size: float, room: tuple[float, float], random: Random) -> Block:
    """A random digit that fits into `room` (width, height). Some fill it."""
    digit = make_digits(1, random)
    while True:
        block = write_block(digit, hand, style, size, random)
        if block.width <= room[0] * 0.95 and block.height <= room[1] * 0.95:
            return block
        size *= 0.93


def centre(block: Block, box: tuple[float, float, float, float], random: Random) -> tuple[float, float]:
    """Where to put the block (left, top), so that it lies anywhere in the middle half of the free space of the box."""
    free = box[2] - box[0] - block.width, box[3] - box[1] - block.height
    return box[0] + free[0] * random.uniform(0.25, 0.75), box[1] + free[1] * random.uniform(0.25, 0.75)


def draw_box(layer: Layer, box: tuple[float, float, float, float], thickness: int, *, comb: bool = False) -> None:
    """The walls of a box. Those of a comb are low, and it is open above."""
    left, top, right, bottom = (round(value) for value in box)
    if not comb:
        cv2.rectangle(layer, (left, top), (right, bottom), 255, thickness)
        return
    low = round(bottom - 0.35 * (bottom - top))
    points = np.array([[left, low], [left, bottom], [right, bottom], [right, low]], np.int32)
    cv2.polylines(layer, [points], False, 255, thickness)
