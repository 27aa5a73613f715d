"""Exports a network as an ONNX graph, which serves without torch: uint8 images in, logits out, normalisation inside.

The graph is run with OpenVINO, the engine that serves it, and must answer as the network does.
"""

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shared.recognition.calibration import Calibration
from shared.recognition.model_version import GRAPH, ModelVersionError
from shared.recognition.normalisation import SIDE, Images, Normalisation

INPUT, OUTPUT = "images", "logits"  # (B, 28, 28) uint8 and (B, 10) float32
GREATEST_DIFFERENCE = 1e-3  # between two probabilities
BATCH = 500


class WithNormalisation(nn.Module):
    """A network together with the normalisation of its input."""

    def __init__(self, network: nn.Module, normalisation: Normalisation) -> None:
        super().__init__()
        self.network = network
        self.normalisation = normalisation

    def forward(self, images: Tensor) -> Tensor:
        """(B, H, W) uint8 → the network's output."""
        output: Tensor = self.network(self.normalisation(images))
        return output


def export_graph(network: nn.Module, normalisation: Normalisation) -> bytes:
    """Return an ONNX file for batches of any size. The network is put in evaluation mode."""
    example = torch.zeros(2, SIDE, SIDE, dtype=torch.uint8)
    return export_onnx(
        WithNormalisation(network, normalisation), example, INPUT, OUTPUT, {0: torch.export.Dim("batch")}
    )


def export_onnx(whole: nn.Module, example: Tensor, input_name: str, output_name: str, sizes: dict[int, Any]) -> bytes:
    """Return an ONNX file of a network with one input, of which the axes in `sizes` may have other sizes.

    The network is put in evaluation mode. ModelVersionError if torch cannot export it.
    """
    chatter = logging.getLogger("torch.onnx")
    level = chatter.level
    chatter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch uses names that it has deprecated
            program = torch.onnx.export(
                whole.cpu().eval(),
                (example,),
                dynamo=True,
                input_names=[input_name],
                output_names=[output_name],
                dynamic_shapes=(sizes,),
                verbose=False,
            )
    finally:
        chatter.setLevel(level)
    if program is None:
        raise ModelVersionError("torch could not export the network as an ONNX graph.")
    model = program.model_proto
    for node in model.graph.node:  # where in the code it comes from: stack traces with paths of this machine
        del node.metadata_props[:]
        node.doc_string = ""
    return bytes(model.SerializeToString())


def check_graph(graph: bytes, logits: NDArray[np.float32], images: Images, calibration: Calibration) -> None:
    """Compare the graph's answers with the network's logits (N, 10) for images (N, 28, 28).

    ModelVersionError if a digit differs, or a probability by more than 1e-3.
    """
    answers = run_graph(graph, images)
    other_digits = int((answers.argmax(axis=1) != logits.argmax(axis=1)).sum())
    difference = float(np.abs(calibration.probabilities(answers) - calibration.probabilities(logits)).max())
    if other_digits or difference > GREATEST_DIFFERENCE:
        raise ModelVersionError(
            f"The exported graph reads {other_digits} of {len(images)} images differently from the network, "
            f"and its probabilities differ by up to {difference:.1e}."
        )


def run_graph(graph: bytes, images: Images) -> NDArray[np.float32]:
    """images (N, 28, 28) uint8 → logits (N, 10), in single precision on the processor."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / GRAPH
        file.write_bytes(graph)
        model = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
        return np.concatenate([model(batch)[0] for batch in batches])
