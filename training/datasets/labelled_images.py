"""What every dataset gives: images with their digits, and the three parts that are never mixed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.recognition.normalisation import Images

Split = Literal["train", "validation", "test"]

NOT_A_DIGIT = -1  # the label of letters and of what is drawn otherwise


@dataclass(frozen=True)
class LabelledImages:
    """images (N, 28, 28) uint8, labels (N,) int64."""

    images: Images
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


class DataUnavailableError(Exception):
    """The data is neither here nor to be had; the message says what to do."""
