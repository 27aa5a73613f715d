"""Finds drawings that are nearly the same: the same picture sent twice, or moved, scaled or compressed a little.

Images are compared at half the size. Different drawings of a one by the same person are rarely so much alike.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.recognition.normalisation import SIDE, Images

NEAR = 0.995  # cosine; 2 % of the ones in 1,500 pen digits have another that exceeds 0.985
BLOCK = 1024  # images that are compared with all earlier ones at once


def find_earlier_copies(images: Images) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """images (N, 28, 28) → each position that has earlier near copies, in order, with the positions of these.

    50,000 images are compared in about half a minute.
    """
    vectors = _make_vectors(images)
    for begin in range(0, len(vectors), BLOCK):
        near = vectors[begin : begin + BLOCK] @ vectors[: begin + BLOCK].T >= NEAR  # (B, E)
        for row, others in enumerate(near):
            position = begin + row
            if len(earlier := np.flatnonzero(others[:position])):
                yield position, earlier


def _make_vectors(images: Images) -> NDArray[np.float32]:
    """(N, 28, 28) uint8 → (N, 196) float32 of length 1."""
    half = SIDE // 2
    small = [cv2.resize(image, (half, half), interpolation=cv2.INTER_AREA) for image in images]
    vectors = np.array(small, np.float32).reshape(-1, half * half)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-6))
