"""torch runs the reader network, in single precision: on an NVIDIA GPU, or on a processor without OpenVINO."""

import threading
from pathlib import Path

import torch

from services.inference.engines.page_engine import Grey, PageMaps
from shared.recognition.model_version import ReaderManifest
from shared.recognition.weights import load_network


class TorchPageEngine:
    """On a processor each call uses one thread. On a GPU one call runs at a time."""

    name = "torch"

    def __init__(self, folder: Path, manifest: ReaderManifest, device: str = "cpu") -> None:
        if device == "cpu":
            torch.set_num_threads(1)
        else:
            torch.backends.cudnn.allow_tf32 = False  # as for the network of an image
        self.device = device
        self._normalise = manifest.normalisation
        network = load_network(folder.parent.parent, manifest).to(device)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._lock = threading.Lock()

    @classmethod
    def on_gpu(cls, folder: Path, manifest: ReaderManifest) -> "TorchPageEngine":
        """The engine on an NVIDIA GPU."""
        return cls(folder, manifest, "cuda")

    @torch.inference_mode()
    def compute_maps(self, page: Grey) -> PageMaps:
        """(H, W) uint8, multiples of 16 → (C, H/4, W/4) float32."""
        pages = torch.from_numpy(page[None])
        with self._lock:
            normalised = self._normalise(pages.to(self.device)).contiguous(memory_format=torch.channels_last)
            maps: PageMaps = self._network(normalised)[0].float().cpu().numpy()
        return maps
