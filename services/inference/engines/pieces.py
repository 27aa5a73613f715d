"""Runs a batch through a network on a processor in pieces of a few images, so that the memory in use stays constant.

OpenVINO keeps the memory of the largest batch it has run, and more for every new batch size. With batches of any size,
the memory of the service grew whenever a larger batch came. Larger pieces would hardly be faster.
"""

from collections.abc import Callable

import numpy as np

from shared.recognition.calibration import Logits
from shared.recognition.normalisation import SIDE, Images

PIECE = 8  # images: smaller pieces take longer per image, larger ones need more memory and are hardly faster

RunPiece = Callable[[Images], Logits]  # takes up to PIECE images


def warm_up(run_piece: RunPiece) -> None:
    """Run every size of piece once. The first run of a size is slow and allocates memory; no request should wait."""
    for count in range(1, PIECE + 1):
        run_piece(np.zeros((count, SIDE, SIDE), np.uint8))


def run_in_pieces(run_piece: RunPiece, images: Images) -> Logits:
    """(B, 28, 28) uint8 → (B, 10) float32, for B of at least 1."""
    return np.concatenate([run_piece(images[start : start + PIECE]) for start in range(0, len(images), PIECE)])
