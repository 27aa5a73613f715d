"""Images (uint8, white ink on black) → the input of the networks: float32, scaled to mean 0 and deviation 1.

The network and its normalisation belong together, so the manifest of each model version holds its own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # torch is not installed in the container image for a CPU
    from torch import Tensor

Images = NDArray[np.uint8]  # (N, 28, 28)

SIDE = 28  # pixels, as in MNIST


@dataclass(frozen=True)
class Normalisation:
    """(pixel / 255 − mean) / std. The defaults are those of MNIST's 60,000 training images."""

    mean: float = 0.1307
    std: float = 0.3081

    def __call__(self, images: "Tensor") -> "Tensor":
        """(B, 28, 28) of any dtype, values 0..255 → (B, 1, 28, 28) float32."""
        return ((images.float() / 255 - self.mean) / self.std).unsqueeze(1)
