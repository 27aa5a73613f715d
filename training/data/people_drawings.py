"""The drawings that people labelled, prepared for the network, as arrays of equal length, oldest label first.

They come from storage (`labelled_stream.py`), or from a file of an earlier call, so that a continued run has the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.recognition.normalisation import Images

Names = NDArray[np.str_]  # (N,) UUIDs as texts, "" where there is none


@dataclass(frozen=True)
class PeopleDrawings:
    """One entry for each drawing. `owners` are who made the drawings and `labelled_by` who gave the labels."""

    ids: Names
    owners: Names  # "" if it was stored with the token of the installation
    labelled_by: Names  # "" for the installation and for an import
    labels: NDArray[np.int64]  # (N,) 0..9 or NOT_A_DIGIT
    digits: NDArray[np.int64]  # (N,) 0..9 or NOT_A_DIGIT if it was rejected: what people were answered
    times: NDArray[np.float64]  # (N,) seconds since 1970 when the label was given
    reviewed: NDArray[np.bool_]  # (N,) a curator has confirmed the label after it was suspected
    images: Images  # (N, 28, 28) uint8

    def __len__(self) -> int:
        return len(self.labels)
