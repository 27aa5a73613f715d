"""One neat hand for all examples: for each digit one form of `training/rendering/pages/forms.py`."""

import numpy as np

from training.rendering.pages.forms import FORMS, smooth
from training.rendering.pages.hand import PenHand
from training.rendering.pages.numbers import Style
from training.rendering.pages.sheet import Points
from training.rendering.pages.slot import scale_strokes

CHOSEN = {"0": 3, "1": 2, "2": 1, "3": 0, "4": 0, "5": 0, "6": 0, "7": 1, "8": 1, "9": 1}  # digit → place in FORMS
BEND = 0.02  # so that no two digits are the same
STYLE = Style(slant=0.12, pen=0.085, gap=0.22, gap_jitter=0.03, size_jitter=0.03, rise=0.0, wobble=0.015, ligature=0.0)


def draw_digit(digit: str) -> tuple[Points, ...]:
    """The strokes of a digit, 1 high."""
    return scale_strokes([smooth(np.array(stroke, np.float32)) for stroke in FORMS[digit][CHOSEN[digit]]])


def make_hand() -> PenHand:
    """The hand that writes them."""
    return PenHand({digit: [draw_digit(digit)] for digit in CHOSEN}, BEND, forms=0.0)
