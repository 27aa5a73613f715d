"""torch, on an NVIDIA GPU where there is one and else on the processor, in single precision."""

from pathlib import Path

import torch
from torch import Tensor

from shared.recognition.calibration import Logits
from shared.recognition.model_version import Manifest
from shared.recognition.normalisation import SIDE, Images
from shared.recognition.weights import load_network

WARM_UP_BATCHES = (1, 8, 32)  # the first call of a size is slow on a GPU


class TorchEngine:
    """On the processor each call computes on one thread: the service's own workers share the cores."""

    name = "torch"

    def __init__(self, folder: Path, manifest: Manifest, device: str) -> None:
        self.device = device
        if device == "cpu":
            torch.set_num_threads(1)
        self._normalise = manifest.normalisation
        network = load_network(folder.parent.parent, manifest).to(device)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for batch in WARM_UP_BATCHES if device == "cuda" else ():
            self._run(torch.zeros(batch, SIDE, SIDE, dtype=torch.uint8))

    def compute_logits(self, images: Images) -> Logits:
        """See Engine."""
        logits: Logits = self._run(torch.from_numpy(images)).numpy()
        return logits

    @torch.inference_mode()
    def _run(self, images: Tensor) -> Tensor:
        if self.device == "cuda":
            images = images.pin_memory().to(self.device, non_blocking=True)
        inputs = self._normalise(images).contiguous(memory_format=torch.channels_last)
        logits: Tensor = self._network(inputs)
        return logits.float().cpu()
