"""Images (uint8, white ink on black) → what the networks take: float32 with MNIST's mean and deviation removed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # serving on a processor holds no torch
    from torch import Tensor

Images = NDArray[np.uint8]  # (N, 28, 28)

SIDE = 28  # pixels


@dataclass(frozen=True)
class Normalisation:
    """pixel / 255, minus `mean`, over `std`; the defaults are over the 60,000 training images of MNIST."""

    mean: float = 0.1307
    std: float = 0.3081

    def __call__(self, images: "Tensor") -> "Tensor":
        """(B, 28, 28) in 0..255, any dtype → (B, 1, 28, 28) float32."""
        return ((images.float() / 255 - self.mean) / self.std).unsqueeze(1)
