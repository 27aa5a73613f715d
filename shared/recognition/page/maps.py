"""The maps that the reader network draws of a page: their channels and their scale. Needs no torch."""

from typing import NamedTuple

STRIDE = 4  # pixels of the page for each cell of the maps, in both directions
MULTIPLE = 16  # height and width of the input are multiples of this
SEPARATORS = ".,:/-"
CHANNELS = 25


class Maps(NamedTuple):
    """The channels of the output (25, H/4, W/4), as slices of its first dimension. All but the last are logits."""

    centre: slice = slice(0, 2)  # the centre of a digit, of a separator
    turned: slice = slice(2, 5)  # the centre of a digit that must be turned by 90, 180, 270 degrees clockwise
    small: slice = slice(5, 6)  # near digits that are too small for this copy of the page
    digit: slice = slice(6, 16)  # which digit
    separator: slice = slice(16, 21)  # which separator
    place: slice = slice(21, 25)  # x, y of the centre from the middle of the cell, in cells; log of width, height in px


MAPS = Maps()
