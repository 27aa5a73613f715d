"""A sign that the reader network found on a page, and its place."""

from dataclasses import dataclass, replace

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


def soften(mark: Mark, temperature: float) -> Mark:
    """The mark with the probabilities that its logits give when they are divided by the temperature."""
    if mark.probabilities is None or temperature == 1.0:
        return mark
    powers = np.maximum(mark.probabilities, 1e-30) ** (1 / temperature)
    return replace(mark, probabilities=np.asarray(powers / powers.sum(), np.float32))
