"""torch on an NVIDIA GPU, in the precision of the processor's: the network captured once for each of a few batch sizes.

A captured graph is started with one call where the network would need dozens; a batch is padded to the next size that
was captured, and what is larger than all of them runs as it is. Copies go through pinned memory.
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

CAPTURED = (1, 8, 32, 256)  # a lone request, and what a burst and the batch endpoint bring
CAPTURING = threading.Lock()  # torch captures one graph at a time in a process
WARM_UPS = 3  # before a capture, as torch asks for: libraries choose their kernels then


class CudaEngine:
    """One call at a time: what is captured has one place for its input and one for its output."""

    name = "torch"
    device = "cuda"

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        torch.backends.cudnn.allow_tf32 = False  # it moves probabilities by more than 1e-3
        network = load_network(folder.parent.parent, manifest).to(self.device)
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._pass = ForwardPass(network, manifest.normalisation)
        self._lock = threading.Lock()
        with CAPTURING, torch.inference_mode():
            self._captured = [Captured.make(self._pass, size) for size in CAPTURED]

    @torch.inference_mode()
    def compute_logits(self, images: Images) -> Logits:
        """See Engine."""
        batch = torch.from_numpy(images)
        captured = next((each for each in self._captured if each.size >= len(batch)), None)
        with self._lock:
            logits = captured.run(batch) if captured else self._pass(batch.pin_memory().to(self.device)).cpu()
        array: Logits = logits.numpy()
        return array

    compute_exact_logits = compute_logits


@dataclass(frozen=True)
class ForwardPass:
    """(B, 28, 28) uint8 on the GPU → (B, 10) float32 there."""

    network: nn.Module
    normalise: Normalisation

    def __call__(self, images: Tensor) -> Tensor:
        """What is captured."""
        logits: Tensor = self.network(self.normalise(images).contiguous(memory_format=torch.channels_last))
        return logits.float()


@dataclass(frozen=True)
class Captured:
    """The forward pass over `size` images, on the GPU, with the pinned memory that its copies go through."""

    size: int
    graph: torch.cuda.CUDAGraph
    images: Tensor
    logits: Tensor
    sent: Tensor
    received: Tensor

    @classmethod
    def make(cls, forward: ForwardPass, size: int) -> "Captured":
        """Warms up on a stream of its own and captures; other threads may run graphs meanwhile."""
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
        """(n, 28, 28) uint8, n at most `size` → (n, 10) of their own memory."""
        count = len(batch)
        self.sent[:count].copy_(batch)
        self.images[:count].copy_(self.sent[:count], non_blocking=True)
        self.graph.replay()
        self.received.copy_(self.logits, non_blocking=True)
        torch.cuda.current_stream().synchronize()
        return self.received[:count].clone()
