"""Writes versions of a reader network with random weights, in real folders, for tests of everything around it.

It finds random marks in random places: a test sees whether they are served, not whether they are right.
"""

import warnings
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor, nn

from shared.recognition.architectures import count_parameters
from shared.recognition.architectures.reader import Reader
from shared.recognition.model_version import GRAPH, MANIFEST, READER, WEIGHTS, ReaderManifest, set_current
from shared.recognition.normalisation import Normalisation
from shared.recognition.page.maps import MAPS
from shared.recognition.reader_calibration import ReaderCalibration
from shared.recognition.weights import save_weights

NORMALISATION = Normalisation(mean=128 / 255, std=64 / 255)


class Normalised(nn.Module):
    """(1, H, W) uint8 → the maps of the network, (1, C, H/4, W/4)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, page: Tensor) -> Tensor:
        maps: Tensor = self.network(NORMALISATION(page))
        return maps


def write_tiny_reader(models_dir: Path, version: str = "1", *, eagerness: float = 0.0, seed: int = 0) -> ReaderManifest:
    """Write `reader/<version>` and put it in use. With a higher `eagerness`, it finds more marks; with 0, none."""
    torch.manual_seed(seed)
    network = Reader().eval()
    with torch.no_grad():
        bias = network.head.get_parameter("1.bias")
        bias[MAPS.centre] += torch.tensor([1.5 * eagerness, eagerness])
        bias[MAPS.place.start + 2 :] += 2.5  # boxes of about 12 pixels
    manifest = ReaderManifest(
        name=READER,
        version=version,
        created_at=datetime(2026, 11, 28, tzinfo=UTC),
        architecture="reader",
        parameters=count_parameters(network),
        normalisation=NORMALISATION,
        calibration=ReaderCalibration(),
        data={},
        recipe={"seed": seed},
        metrics={"pages": {"exact_lines": 0.0}},
        libraries={"torch": torch.__version__},
    )
    folder = models_dir / READER / version
    folder.mkdir(parents=True)
    save_weights(network, folder / WEIGHTS)
    export(Normalised(network).eval(), folder / GRAPH)
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    set_current(models_dir, READER, version)
    return manifest


def export(network: nn.Module, path: Path) -> None:
    """An ONNX file for pages of any size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is deprecated, and ten times as fast
        torch.onnx.export(
            network,
            (torch.zeros(1, 64, 64, dtype=torch.uint8),),
            str(path),
            dynamo=False,
            input_names=["page"],
            output_names=["maps"],
            dynamic_axes={"page": {1: "height", 2: "width"}, "maps": {2: "rows", 3: "columns"}},
        )
