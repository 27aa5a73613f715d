"""Lines of numbers, close to each other or far apart, with words between them."""

from training.rendering.pages.hands import Hands
from training.rendering.pages.ink import Ink
from training.rendering.pages.layouts.ornaments import cross_out, underline
from training.rendering.pages.numbers import Style, choose_style, write_number
from training.rendering.pages.scenery import print_words
from training.rendering.pages.sheet import Layer, Mark, Random, Sheet
from training.rendering.pages.texts import make_text


def write_lines(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Fill the sheet with lines. The hand changes now and then, the style does not."""
    hand, style = hands.pick(random), choose_style(random)
    pitch = digit_px * random.uniform(1.08, 2.4)
    layer = sheet.make_layer()
    baseline = random.uniform(0.7, 1.6) * digit_px
    while baseline < sheet.height + 0.4 * digit_px:
        x = random.uniform(-1.0, 2.0) * digit_px if random.random() < 0.7 else random.uniform(0, sheet.width)
        while x < sheet.width:
            if random.random() < 0.25:
                hand = hands.pick(random)
            if random.random() < 0.08:
                x = print_words(layer, hands, (x, baseline), digit_px, random)
            else:
                marks = write_number(layer, make_text(random), hand, style, (x, baseline), digit_px, random)
                sheet.marks += marks
                x = marks[-1].box[2]
                _decorate(layer, sheet, marks, style, digit_px, random)
            x += digit_px * random.uniform(0.7, 3.0)
        baseline += pitch * random.uniform(0.97, 1.1)
    sheet.apply(layer, ink.writing, ink.target)


def _decorate(layer: Layer, sheet: Sheet, marks: list[Mark], style: Style, digit_px: float, random: Random) -> None:
    """Cross some numbers out and underline others."""
    if random.random() < 0.04:
        cross_out(layer, sheet, marks, random)
    elif random.random() < 0.07:
        underline(layer, marks, style.pen * digit_px, random)
