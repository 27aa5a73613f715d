"""The usual way from a picture to a digit, which all peers use: base64, Pillow, a plain resize, torch.

It does less work than Slate: it does not look for paper and ink and does not centre the digit. It runs in the virtual
environments of the peers.
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

MEAN, STD = 0.1307, 0.3081  # over the 60,000 training images of MNIST

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def make_network() -> Cnn:
    """An untrained network, because the weights do not change the time."""
    torch.manual_seed(0)
    return Cnn().eval()


def decode(encoded: str) -> NDArray[np.float32]:
    """A picture in base64 → (1, 28, 28) float32, normalised."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    grey = picture.getchannel("A") if picture.mode == "RGBA" else picture.convert("L")
    small = np.asarray(grey.resize((28, 28), Image.Resampling.BILINEAR), np.float32)
    return np.asarray((small / 255 - MEAN) / STD, np.float32)[None]


@torch.inference_mode()
def predict(network: Cnn, inputs: Sequence[NDArray[np.float32]]) -> list[list[float]]:
    """N inputs (1, 28, 28) → N lists of ten probabilities."""
    probabilities: list[list[float]] = network(torch.from_numpy(np.stack(inputs))).softmax(1).tolist()
    return probabilities


def make_answer(probabilities: list[float]) -> dict[str, Any]:
    """A shorter form of Slate's answer."""
    confidence = max(probabilities)
    return {"digit": probabilities.index(confidence), "confidence": confidence, "probabilities": probabilities}
