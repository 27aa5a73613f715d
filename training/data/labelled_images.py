"""What every dataset returns: images with labels, for one of three splits that are never mixed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.recognition.normalisation import Images

Split = Literal["train", "validation", "test"]

NOT_A_DIGIT = -1  # label of letters, doodles and shapes


@dataclass(frozen=True)
class LabelledImages:
    """images (N, 28, 28) uint8, labels (N,) int64."""

    images: Images
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)
