"""A batch of any size goes through a network a few images at a time."""

import numpy as np
import pytest

from services.inference.engines.pieces import PIECE, run_in_pieces, warm_up
from shared.recognition.calibration import Logits
from shared.recognition.normalisation import Images


class Network:
    """Answers every image with its first pixel, and records the sizes of its calls."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def run(self, images: Images) -> Logits:
        self.sizes.append(len(images))
        return np.repeat(images[:, 0, :1].astype(np.float32), 10, axis=1)


@pytest.mark.parametrize("count", [1, PIECE - 1, PIECE, PIECE + 1, 100])
def test_a_batch_runs_in_pieces_and_keeps_its_order(count: int) -> None:
    network, images = Network(), np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(count)
    logits = run_in_pieces(network.run, images)
    assert logits.shape == (count, 10)
    assert logits[:, 0].tolist() == list(range(count))
    assert max(network.sizes) <= PIECE
    assert len(network.sizes) == -(-count // PIECE)


def test_warm_up_runs_every_size_of_a_piece() -> None:
    network = Network()
    warm_up(network.run)
    assert set(network.sizes) == set(range(1, PIECE + 1))
