"""The interface of an engine: images in, logits out, from any number of threads at a time."""

from typing import Protocol

from shared.recognition.calibration import Logits
from shared.recognition.normalisation import Images


class Engine(Protocol):
    """One model version's network, ready to run. `name` is the library's, `device` what it runs on."""

    name: str
    device: str

    def compute_logits(self, images: Images) -> Logits:
        """(B, 28, 28) uint8 → (B, 10) float32. Safe to call from several threads."""

    def compute_exact_logits(self, images: Images) -> Logits:
        """The same with every logit in single precision; the other promises the probabilities alone."""
