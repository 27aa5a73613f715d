"""Loads the hands of one split, with which the pages to train and measure the reader are written."""

from training.data.doodles import make_doodles
from training.data.pen_characters import PenCharacter

DOODLES, DOODLES_SEED = 700, 20


def make_scenery_doodles() -> list[PenCharacter]:
    """Made-up doodles of all kinds. They are no digits."""
    return make_doodles(DOODLES, [], DOODLES_SEED)
