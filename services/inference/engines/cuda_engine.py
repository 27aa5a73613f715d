"""torch on an NVIDIA GPU, in single precision, with the network captured as a CUDA graph for a few batch sizes.

A captured graph starts with one call, while the network itself would need dozens. A batch is padded to the next
captured size; a batch larger than all of them runs without a graph. Copies go through pinned memory.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from shared.recognition.calibration import Logits
from shared.recognition.model_version import Manifest
from shared.recognition.normalisation import SIDE, Images, Normalisation
from shared.recognition.weights import load_network

CAPTURED_SIZES = (1, 8, 32, 256)  # images: one request, bursts of requests, and the batch endpoint
CAPTURE_LOCK = threading.Lock()  # torch can capture only one graph at a time in a process
WARM_UPS = 3  # runs before a capture, as torch recommends: libraries choose their kernels in the first runs


class CudaEngine:
    """Runs one call at a time, because a captured graph has one buffer for its input and one for its output."""

    name = "torch"
    device = "cuda"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        torch.backends.cudnn.allow_tf32 = False  # TF32 would move probabilities by more than 1e-3
        network = load_network(folder.parent.parent, manifest).to(self.device)
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._pass = ForwardPass(network, manifest.normalisation)
        self._lock = threading.Lock()
        with CAPTURE_LOCK, torch.inference_mode():
            self._captured = [Captured.make(self._pass, size) for size in CAPTURED_SIZES]

    @torch.inference_mode()
    def compute_logits(self, images: Images) -> Logits:
        """(B, 28, 28) uint8 → (B, 10) float32."""
        batch = torch.from_numpy(images)
        captured = next((each for each in self._captured if each.size >= len(batch)), None)
        with self._lock:
            logits = captured.run(batch) if captured else self._pass(batch.pin_memory().to(self.device)).cpu()
        array: Logits = logits.numpy()
        return array

    compute_exact_logits = compute_logits


@dataclass(frozen=True)
class ForwardPass:
    """The network with its normalisation: (B, 28, 28) uint8 on the GPU → (B, 10) float32 on the GPU."""

    network: nn.Module
    normalise: Normalisation

    def __call__(self, images: Tensor) -> Tensor:
        """Run the network."""
        logits: Tensor = self.network(self.normalise(images).contiguous(memory_format=torch.channels_last))
        return logits.float()


@dataclass(frozen=True)
class Captured:
    """The captured forward pass for `size` images, with its GPU buffers and the pinned memory for copies."""

    size: int
    graph: torch.cuda.CUDAGraph
    images: Tensor
    logits: Tensor
    sent: Tensor
    received: Tensor

    @classmethod
    def make(cls, forward: ForwardPass, size: int) -> "Captured":
        """Warm up on a separate stream, then capture. Other threads may run their graphs meanwhile."""
        images = torch.zeros(size, SIDE, SIDE, dtype=torch.uint8, device="cuda")
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                forward(images)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            logits = forward(images)
        sent = torch.zeros(size, SIDE, SIDE, dtype=torch.uint8).pin_memory()
        return cls(size, graph, images, logits, sent, torch.zeros(size, 10).pin_memory())

    def run(self, batch: Tensor) -> Tensor:
        """(n, 28, 28) uint8 with n up to `size` → (n, 10) float32 in new memory."""
        count = len(batch)
        self.sent[:count].copy_(batch)
        self.images[:count].copy_(self.sent[:count], non_blocking=True)
        self.graph.replay()
        self.received.copy_(self.logits, non_blocking=True)
        torch.cuda.current_stream().synchronize()
        return self.received[:count].clone()
