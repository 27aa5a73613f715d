"""torch on the processor, in single precision. The fallback where OpenVINO is not installed."""

from pathlib import Path

import torch

from shared.recognition.calibration import Logits
from shared.recognition.model_version import Manifest
from shared.recognition.normalisation import Images
from shared.recognition.weights import load_network


class TorchEngine:
    """Each call uses one thread, because the worker threads of the service share the cores."""

    name = "torch"
    device = "cpu"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        torch.set_num_threads(1)
        self._normalise = manifest.normalisation
        network = load_network(folder.parent.parent, manifest)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def compute_logits(self, images: Images) -> Logits:
        """(B, 28, 28) uint8 → (B, 10) float32."""
        inputs = self._normalise(torch.from_numpy(images)).contiguous(memory_format=torch.channels_last)
        logits: Logits = self._network(inputs).float().numpy()
        return logits

    compute_exact_logits = compute_logits
