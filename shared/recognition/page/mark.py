"""A sign that the reader network found on a page, and its place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.pixel_box import PixelBox


@dataclass(frozen=True)
class Mark:
    """A digit or separator, in pixels of the upright picture."""

    box: PixelBox
    sign: str  # "0".."9", or one of ". , : / -"
    score: float  # 0..1: how sure the network is that this sign stands here
    probabilities: NDArray[np.float32] | None  # (10,) of a digit, None for a separator
