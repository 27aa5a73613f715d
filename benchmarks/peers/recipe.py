"""The usual way from a picture to a digit, which every peer takes here: base64, Pillow, a plain resize, torch.

Less work than ours does: no paper, no ink, no centre of mass. Run in the peers' own environments.
"""

import base64
import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from shared.recognition.architectures.cnn import Cnn

MEAN, STD = 0.1307, 0.3081

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def make_network() -> Cnn:
    """Untrained: the weights don't change the time."""
    torch.manual_seed(0)
    return Cnn().eval()


def decode(encoded: str) -> NDArray[np.float32]:
    """base64 of a picture → (1, 28, 28), normalised."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    grey = picture.getchannel("A") if picture.mode == "RGBA" else picture.convert("L")
    small = np.asarray(grey.resize((28, 28), Image.Resampling.BILINEAR), np.float32)
    return np.asarray((small / 255 - MEAN) / STD, np.float32)[None]


@torch.inference_mode()
def predict(network: Cnn, inputs: Sequence[NDArray[np.float32]]) -> list[list[float]]:
    """(1, 28, 28) each → ten probabilities each."""
    probabilities: list[list[float]] = network(torch.from_numpy(np.stack(inputs))).softmax(1).tolist()
    return probabilities


def answer(probabilities: list[float]) -> dict[str, Any]:
    """As ours, in short."""
    confidence = max(probabilities)
    return {"digit": probabilities.index(confidence), "confidence": confidence, "probabilities": probabilities}
