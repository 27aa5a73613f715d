"""A network as an ONNX graph, for engines that are not torch: images as uint8 in, logits out, normalised within."""

import logging
import warnings

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shared.recognition.calibration import Calibration
from shared.recognition.model_version import ModelVersionError
from shared.recognition.normalisation import SIDE, Images, Normalisation

INPUT, OUTPUT = "images", "logits"  # (B, 28, 28) uint8 and (B, 10) float32
GREATEST_DIFFERENCE = 1e-3  # of a probability
BATCH = 500


class _Whole(nn.Module):
    """From the pixels on."""

    def __init__(self, network: nn.Module, normalisation: Normalisation) -> None:
        super().__init__()
        self.network = network
        self.normalisation = normalisation

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network(self.normalisation(images))
        return logits


def export_graph(network: nn.Module, normalisation: Normalisation) -> bytes:
    """The ONNX file, for batches of any size. The network is put in evaluation mode."""
    whole = _Whole(network.cpu(), normalisation).eval()
    example = torch.zeros(2, SIDE, SIDE, dtype=torch.uint8)
    chatter = logging.getLogger("torch.onnx")
    level = chatter.level
    chatter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's own use of its own deprecated names
            program = torch.onnx.export(
                whole,
                (example,),
                dynamo=True,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                verbose=False,
            )
    finally:
        chatter.setLevel(level)
    if program is None:
        raise ModelVersionError("torch made no ONNX graph of the network.")
    return bytes(program.model_proto.SerializeToString())


def check_graph(graph: bytes, logits: NDArray[np.float32], images: Images, calibration: Calibration) -> None:
    """`logits` (N, 10) are the network's for `images` (N, 28, 28). ModelVersionError where the graph's differ."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    answers = np.concatenate([session.run([OUTPUT], {INPUT: batch})[0] for batch in batches])
    read_otherwise = int((answers.argmax(axis=1) != logits.argmax(axis=1)).sum())
    difference = float(np.abs(calibration.probabilities(answers) - calibration.probabilities(logits)).max())
    if read_otherwise or difference > GREATEST_DIFFERENCE:
        raise ModelVersionError(
            f"The exported graph reads {read_otherwise} of {len(images)} images otherwise than the network, "
            f"and its probabilities differ by up to {difference:.1e}."
        )
