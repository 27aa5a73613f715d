"""Few images at a time through a network on a processor, so that its memory does not depend on how many wait.

OpenVINO and ONNX Runtime keep the memory of the largest batch they ever had, and OpenVINO something for every size:
with batches of any size the service grew for as long as it met larger ones. More at once are hardly faster.
"""

from collections.abc import Callable

import numpy as np

from shared.recognition.calibration import Logits
from shared.recognition.normalisation import SIDE, Images

PIECE = 8  # images: of fewer each takes longer, of more hardly less, and they take more memory

RunPiece = Callable[[Images], Logits]  # of at most PIECE images


def warm_up(run_piece: RunPiece) -> None:
    """Every size once: its first time is slow and takes memory, better while a model is loaded than in a request."""
    for count in range(1, PIECE + 1):
        run_piece(np.zeros((count, SIDE, SIDE), np.uint8))


def run_in_pieces(run_piece: RunPiece, images: Images) -> Logits:
    """(B, 28, 28) uint8 → (B, 10) float32, for B of at least 1."""
    return np.concatenate([run_piece(images[start : start + PIECE]) for start in range(0, len(images), PIECE)])
