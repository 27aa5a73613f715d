"""A form without digits: labels with rows of empty boxes, combs, tick boxes, tables and grids.

A sheet's layers come in; printed frames and words go out. Letters and ticks stand where digits would stand, so that the
reader learns that the place alone makes no digit.
"""

from collections.abc import Callable

import cv2
import numpy as np

from training.rendering.pages.fonts import print_text
from training.rendering.pages.hands import Hands
from training.rendering.pages.layouts.frames import draw_frame, draw_grid
from training.rendering.pages.scenery import print_one_word, write_letter
from training.rendering.pages.sheet import Layer, Points, Random, choose, draw_strokes, paste_mask

LETTERS = "ACDEFHKLMNPQRTUVWXYadefhkmnprtuy?!&@+%=<>"  # that no font prints like a digit
TICKS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-0.4, 0.0), (-0.1, 0.4), (0.6, -0.6)),
    ((-0.5, -0.5), (0.5, 0.5), (0.0, 0.0), (0.5, -0.5), (-0.5, 0.5)),
    ((-0.5, 0.1), (-0.2, 0.35), (0.1, -0.2), (0.7, -0.7)),
)
FILLED_SHARES = (0.0, 0.0, 0.0, 0.15, 0.6)  # of the boxes that hold a letter, a tick or a word
Place = tuple[float, float]


def write_empty_form(layer: Layer, frame: Layer, hands: Hands, digit_px: float, random: Random) -> None:
    """Fill the sheet with fields, one kind or all kinds. Writes on `layer`, prints on `frame`."""
    only = choose(FIELDS, random) if random.random() < 0.5 else None
    filled = choose(FILLED_SHARES, random)
    y = digit_px * random.uniform(-0.6, 1.0)
    while y < layer.shape[0]:
        x = digit_px * random.uniform(-1.0, 1.5)
        if random.random() < 0.35:
            baseline = y + digit_px * random.uniform(0.9, 1.2)
            x = (
                print_one_word(layer, hands, (x, baseline), digit_px * random.uniform(0.5, 0.9), random)
                + 0.4 * digit_px
            )
        size = digit_px * random.uniform(0.9, 1.3)
        height = (only or choose(FIELDS, random))(layer, frame, hands, (x, y), size, filled, random)
        y += height + digit_px * random.uniform(0.2, 1.3)


def _print_boxes(
    layer: Layer, frame: Layer, hands: Hands, place: Place, size: float, filled: float, random: Random
) -> float:
    """A row of boxes of one shape. Returns its height, as all fields do."""
    width, height, shape = size * random.uniform(0.9, 1.6), size * random.uniform(1.0, 1.7), random.random()
    gap = 0.0 if random.random() < 0.35 else size * random.uniform(0.08, 0.6)
    line = int(random.integers(1, 4) if random.random() < 0.8 else random.integers(4, 7))
    for index in range(int(random.integers(1, 14))):
        x = place[0] + index * (width + gap)
        draw_frame(frame, (x, place[1], x + width, place[1] + height), shape, line)
        if random.random() < filled:
            _fill(layer, hands, (x + width / 2, place[1] + height / 2), size, random)
    return height


def _print_tick_boxes(
    layer: Layer, frame: Layer, hands: Hands, place: Place, size: float, filled: float, random: Random
) -> float:
    """Small boxes or round buttons, each before a word; some are ticked."""
    side, x, buttons = size * random.uniform(0.5, 1.0), place[0], random.random() < 0.3
    line = max(1, round(side * random.uniform(0.04, 0.1)))
    for _ in range(int(random.integers(1, 5))):
        middle = (x + side / 2, place[1] + size / 2)
        if buttons:
            cv2.circle(frame, (round(middle[0]), round(middle[1])), round(side / 2), 255, line, cv2.LINE_AA)
        else:
            draw_frame(frame, (x, middle[1] - side / 2, x + side, middle[1] + side / 2), random.random(), line)
        if random.random() < max(0.3, filled):
            _tick(layer, middle, side * random.uniform(0.7, 1.4), random)
        x = print_one_word(layer, hands, (x + side * 1.3, place[1] + size), size * 0.7, random) + size
    return size


def _print_table(
    layer: Layer, frame: Layer, hands: Hands, place: Place, size: float, filled: float, random: Random
) -> float:
    """A table or a grid of 9×9, whose first column may hold words."""
    rows, columns = int(random.integers(2, 10)), int(random.integers(2, 10))
    cell = size * random.uniform(1.1, 2.4), size * random.uniform(1.1, 2.0)
    lines = int(random.integers(1, 3)), int(random.integers(1, 5))
    draw_grid(frame, place, cell, (columns, rows), lines, int(random.choice([3, 3, 100])))
    words = random.random() < 0.4
    for row in range(rows):
        middle = place[1] + (row + 0.5) * cell[1]
        if words:
            print_one_word(layer, hands, (place[0] + 0.2 * size, middle + 0.3 * size), 0.6 * size, random)
        for column in range(1 if words else 0, columns):
            if random.random() < filled * 0.5:
                _fill(layer, hands, (place[0] + (column + 0.5) * cell[0], middle), size, random)
    return rows * cell[1]


def _print_rules(
    layer: Layer, frame: Layer, hands: Hands, place: Place, size: float, filled: float, random: Random
) -> float:
    """A line to write on, whole or dotted, with a signature on some."""
    y, end = round(place[1] + size), round(place[0] + size * random.uniform(2, 14))
    step = max(2, round(size * random.uniform(0.08, 0.3)))
    if random.random() < 0.6:
        cv2.line(frame, (round(place[0]), y), (end, y), 255, int(random.integers(1, 3)), cv2.LINE_AA)
    else:
        for x in range(round(place[0]), end, 2 * step):
            cv2.line(frame, (x, y), (x + step // 2, y), 255, max(1, step // 4), cv2.LINE_AA)
    if random.random() < filled:
        print_one_word(layer, hands, (place[0] + size, place[1] + size * 0.9), size, random)
    return size


def _print_seal(
    layer: Layer, frame: Layer, hands: Hands, place: Place, size: float, filled: float, random: Random
) -> float:
    """Rings inside each other, or frames, around a word: a stamp, a seal, a logo."""
    del filled  # a seal always holds a word
    reach = size * random.uniform(1.2, 2.5)
    middle = (place[0] + reach, place[1] + reach)
    line, shape = int(random.integers(1, 5)), random.random()
    for share in np.linspace(1, random.uniform(0.7, 0.9), int(random.integers(1, 4))):
        far = reach * share
        if shape < 0.5:
            cv2.circle(frame, (round(middle[0]), round(middle[1])), round(far), 255, line, cv2.LINE_AA)
        else:
            box = (middle[0] - far, middle[1] - far * 0.6, middle[0] + far, middle[1] + far * 0.6)
            draw_frame(frame, box, shape, line)
    start = (middle[0] - reach * 0.65, middle[1] + reach * 0.15)
    print_one_word(layer, hands, start, reach * random.uniform(0.25, 0.45), random)
    return 2 * reach


def _fill(layer: Layer, hands: Hands, middle: Place, size: float, random: Random) -> None:
    """A printed or written letter, a tick or a dash in a box."""
    kind = random.random()
    if kind < 0.4:
        mask = print_text(choose(LETTERS, random), choose(hands.fonts, random), max(7, round(size * 1.2)))
        paste_mask(layer, mask, round(middle[0] - mask.shape[1] / 2), round(middle[1] - mask.shape[0] / 2))
    elif kind < 0.75 and hands.letters:
        start = (middle[0] - size * 0.35, middle[1] + size / 2)
        write_letter(layer, choose(hands.letters, random), start, size, max(1.0, size * random.uniform(0.04, 0.14)))
    elif kind < 0.93:
        _tick(layer, middle, size * 0.8, random)
    else:
        dash: Points = np.array([(middle[0] - size * 0.3, middle[1]), (middle[0] + size * 0.3, middle[1])], np.float32)
        draw_strokes(layer, [dash], max(1.0, size * 0.08))


def _tick(layer: Layer, middle: Place, size: float, random: Random) -> None:
    points = np.array(choose(TICKS, random)) * size * random.uniform(0.7, 1.1) + middle
    moved = np.asarray(points + random.normal(0, 0.05 * size, points.shape), np.float32)
    draw_strokes(layer, [moved], max(1.0, size * random.uniform(0.05, 0.16)))


Field = Callable[[Layer, Layer, Hands, Place, float, float, Random], float]
FIELDS: tuple[Field, ...] = (
    *(_print_boxes, _print_boxes, _print_boxes, _print_table, _print_table, _print_tick_boxes),
    *(_print_rules, _print_seal),
)
