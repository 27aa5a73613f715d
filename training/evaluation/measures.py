"""Measures how well answers match labels: the metrics that a manifest holds for each slice.

It takes the logits and labels of a slice and returns its metrics by name. The Models page shows and compares them.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import nll_loss
from torchmetrics.functional.classification import binary_auroc, multiclass_calibration_error

from shared.recognition.augmented_views import ComputeLogits
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.normalisation import SIDE, Images, Normalisation
from training.data.labelled_images import NOT_A_DIGIT

CALIBRATION_BINS = 15  # Guo et al. 2017
BATCH = 1000


@torch.inference_mode()
def compute_logits(network: nn.Module, normalisation: Normalisation, images: Images) -> Logits:
    """images (N, 28, 28) uint8 → logits (N, 10) float32. The network is left in evaluation mode."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(f"expected images (N, {SIDE}, {SIDE}) uint8, got {images.shape} {images.dtype}")
    network.eval()
    batches = torch.from_numpy(np.ascontiguousarray(images)).split(BATCH)
    logits: Logits = torch.cat([network(normalisation(batch)) for batch in batches]).numpy()
    return logits


def make_compute_logits(network: nn.Module, normalisation: Normalisation) -> ComputeLogits:
    """Return `compute_logits` as a function of the images alone."""

    def compute(images: Images) -> Logits:
        return compute_logits(network, normalisation, images)

    return compute


def measure(
    logits: Logits, labels: NDArray[np.int64], readable: NDArray[np.bool_], calibration: Calibration
) -> dict[str, float]:
    """logits (N, 10), labels (N,), readable (N,) → the metrics of a slice, which is all digits or all non-digits.

    An unreadable picture counts as wrong and as rejected.
    """
    rejected = (calibration.digit_scores(logits) < calibration.digit_score_threshold) | ~readable
    measured = {"examples": float(len(labels)), "rejected": float(rejected.mean())}
    if (labels == NOT_A_DIGIT).any():
        return measured
    if not readable.any():
        return measured | {"accuracy": 0.0}
    seen, truth = torch.from_numpy(readable), torch.from_numpy(labels)
    probabilities = torch.from_numpy(calibration.probabilities(logits))
    right = (probabilities.argmax(dim=1) == truth) & seen
    return measured | {
        "accuracy": float(right.double().mean()),
        "nll": float(nll_loss(probabilities[seen].clamp_min(1e-12).log(), truth[seen])),
        "calibration_error": calibration_error(probabilities[seen], truth[seen]),
    }


def calibration_error(probabilities: Tensor, labels: Tensor) -> float:
    """(N, 10), (N,) → mean gap between confidence and accuracy over 15 equal bins, weighted by size.

    Guo et al. 2017, §2.
    """
    return float(multiclass_calibration_error(probabilities, labels, probabilities.shape[1], CALIBRATION_BINS, "l1"))


def auroc(digits: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Digit scores (N,) and (M,) → the probability that a digit scores above something else."""
    scores = torch.from_numpy(np.concatenate([digits, others]))
    return float(binary_auroc(scores, torch.cat([torch.ones(len(digits)), torch.zeros(len(others))]).long()))
