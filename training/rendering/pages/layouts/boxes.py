"""Rows of boxes with one digit each, apart or as a comb; labels beside them."""

from dataclasses import dataclass

from training.rendering.pages.hand import Hand
from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.centred import write_centred
from training.rendering.pages.layouts.frames import draw_frame
from training.rendering.pages.numbers import Style, choose_style
from training.rendering.pages.scenery import draw_scenery, print_words
from training.rendering.pages.sheet import Layer, Random, Sheet


@dataclass(frozen=True)
class Row:
    """Boxes of one size, in pixels of the sheet."""

    top: float
    box_h: float
    box_w: float
    gap: float
    shape: float  # see `draw_frame`
    line: int


def write_boxes(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Fill the sheet with rows of boxes, most of them with a digit inside."""
    layer, frame = sheet.make_layer(), sheet.make_layer()
    hand, style = hands.pick(random), choose_style(random)
    y = digit_px * random.uniform(0.2, 1.2)
    while y < sheet.height:
        row = _choose_row(y, digit_px, random)
        x = digit_px * random.uniform(-0.6, 1.5)
        if random.random() < 0.3:
            start, size = (x, y + row.box_h * 0.75), digit_px * random.uniform(0.5, 0.9)
            x = print_words(layer, hands, start, size, random) + digit_px * 0.4
        count = int(random.integers(1, 12))
        empty = 0.7 if random.random() < 0.3 else 0.05
        for _ in range(count):
            draw_frame(frame, (x, row.top, x + row.box_w, row.top + row.box_h), row.shape, row.line)
            if random.random() > empty:
                _write_in_box(sheet, layer, hand, style, row, x, digit_px, random)
            elif random.random() < 0.2:
                draw_scenery(layer, hands, (x + row.box_w / 2, y + row.box_h / 2), digit_px * 0.8, random)
            x += row.box_w + row.gap
        y += row.box_h + digit_px * random.uniform(0.3, 1.5)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def _choose_row(top: float, digit_px: float, random: Random) -> Row:
    return Row(
        top=top,
        box_h=digit_px * random.uniform(1.1, 1.9),
        box_w=digit_px * random.uniform(0.95, 1.7),
        gap=0.0 if random.random() < 0.35 else digit_px * random.uniform(0.08, 0.6),
        shape=float(random.random()),
        line=min(
            int(random.integers(1, 4) if random.random() < 0.85 else random.integers(4, 7)), 1 + int(digit_px / 8)
        ),
    )


def _write_in_box(
    sheet: Sheet, layer: Layer, hand: Hand, style: Style, row: Row, x: float, digit_px: float, random: Random
) -> None:
    """One digit, which sometimes fills the box or touches it."""
    sign = str(random.integers(10))
    share = random.uniform(0.75, 1.05) if random.random() < 0.85 else row.box_h / digit_px * random.uniform(0.95, 1.15)
    place = (x + row.box_w / 2, row.top + row.box_h / 2)
    write_centred(sheet, layer, sign, hand, style, place, digit_px * share, 0.1, random)
