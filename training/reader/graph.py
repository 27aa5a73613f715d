"""Exports a reader network as an ONNX graph, which serves without torch: grey levels in, maps out, for any size.

The graph is run with OpenVINO, the engine that serves it, and must answer as the network does.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import openvino
import torch
from torch import nn

from shared.recognition.model_version import GRAPH, ModelVersionError
from shared.recognition.page.detection import ComputeMaps, Grey, PageMaps
from shared.recognition.page.maps import MAPS, MULTIPLE
from training.publishing.graph import WithNormalisation, export_onnx
from training.reader.normalisation import NORMALISATION

INPUT, OUTPUT = "pages", "maps"  # (1, H, W) uint8 and (1, 25, H/4, W/4) float32
GREATEST_DIFFERENCE = 1e-3  # between two chances of a centre
EXAMPLE_SIDES = (4 * MULTIPLE, 6 * MULTIPLE)


def export_reader_graph(network: nn.Module) -> bytes:
    """Return an ONNX file for one page of any size whose sides are multiples of 16."""
    example = torch.zeros(1, *EXAMPLE_SIDES, dtype=torch.uint8)
    sides = {axis: MULTIPLE * torch.export.Dim(name, min=1, max=4096) for axis, name in ((1, "rows"), (2, "columns"))}
    return export_onnx(WithNormalisation(network, NORMALISATION), example, INPUT, OUTPUT, sides)


def check_reader_graph(graph: bytes, compute_maps: ComputeMaps, pages: Iterable[Grey]) -> None:
    """Compare the graph's chances of centres with the network's, on pages (H, W) of any size.

    ModelVersionError if one differs by more than 1e-3.
    """
    run = load_graph(graph)
    for page in pages:
        height, width = (side - side % MULTIPLE for side in page.shape)
        cut = np.ascontiguousarray(page[:height, :width])
        difference = float(np.abs(_find_chances(run(cut)) - _find_chances(compute_maps(cut))).max())
        if difference > GREATEST_DIFFERENCE:
            raise ModelVersionError(f"The exported graph differs from the network, by up to {difference:.1e}.")


def load_graph(graph: bytes) -> ComputeMaps:
    """Return the graph as a function of one page, in single precision on the processor."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / GRAPH
        file.write_bytes(graph)
        model = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def compute_maps(page: Grey) -> PageMaps:
        maps: PageMaps = model(page[None])[0][0].copy()
        return maps

    return compute_maps


def _find_chances(maps: PageMaps) -> PageMaps:
    """(25, h, w) → the chances (6, h, w) of all kinds of centres."""
    return np.asarray(1 / (1 + np.exp(-maps[: MAPS.small.stop])), np.float32)
