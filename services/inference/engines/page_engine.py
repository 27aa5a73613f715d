"""The interface of an engine that runs the reader network of a page: grey levels in, maps out."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # (H, W)
PageMaps = NDArray[np.float32]  # (C, H / 4, W / 4)


class PageEngine(Protocol):
    """`name` is the library, `device` is "cpu" or "cuda". Threads may call it at the same time."""

    name: str
    device: str

    def compute_maps(self, page: Grey) -> PageMaps:
        """(H, W) uint8, multiples of 16 → (C, H/4, W/4) float32.

        An engine may compute in half precision: the chance that a digit stands somewhere changes by less than 0.01.
        """
