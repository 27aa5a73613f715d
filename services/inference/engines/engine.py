"""The interface of an engine, which runs the network of one model version: images in, logits out."""

from typing import Protocol

from shared.recognition.calibration import Logits
from shared.recognition.normalisation import Images


class Engine(Protocol):
    """`name` is the library, `device` is "cpu" or "cuda". Both methods may be called from several threads at once."""

    name: str
    device: str

    def compute_logits(self, images: Images) -> Logits:
        """(B, 28, 28) uint8 → (B, 10) float32, as fast as possible with probabilities correct to 1e-3.

        An engine may compute images with a clear answer in half precision, so single logits may be less exact.
        """

    def compute_exact_logits(self, images: Images) -> Logits:
        """(B, 28, 28) uint8 → (B, 10) float32, all computed in single precision. For logits that are averaged."""
