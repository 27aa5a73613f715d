"""Images (uint8, white ink on black) → what the networks take: float32 with MNIST's mean and deviation removed."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Images = NDArray[np.uint8]  # (N, 28, 28)

SIDE = 28  # pixels


@dataclass(frozen=True)
class Normalisation:
    """pixel / 255, minus `mean`, over `std`; the defaults are over the 60,000 training images of MNIST."""

    mean: float = 0.1307
    std: float = 0.3081

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 28, 28) in 0..255, any dtype → (B, 1, 28, 28) float32."""
        return ((images.float() / 255 - self.mean) / self.std).unsqueeze(1)


def as_tensor(images: Images) -> Tensor:
    """(N, 28, 28) uint8 → a tensor of the same. ValueError for another shape or dtype."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(f"expected images (N, {SIDE}, {SIDE}) uint8, got {images.shape} {images.dtype}")
    return torch.from_numpy(np.ascontiguousarray(images))
