"""How well answers do against labels: the numbers a manifest holds for each slice, and how far chance may move them."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import nll_loss
from torchmetrics.functional.classification import binary_auroc, multiclass_calibration_error

from shared.recognition.augmented_views import ComputeLogits
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.normalisation import SIDE, Images, Normalisation
from training.datasets.labelled_images import NOT_A_DIGIT

CALIBRATION_BINS = 15  # Guo et al. 2017
BATCH = 1000
Z95 = 1.96  # standard deviations to either side that hold 95 % of a normal distribution
RESAMPLED = 1000  # times, for a bootstrap


@torch.inference_mode()
def compute_logits(network: nn.Module, normalisation: Normalisation, images: Images) -> Tensor:
    """images (N, 28, 28) uint8 → logits (N, 10) float32, on the CPU. The network is left in evaluation mode."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise ValueError(f"expected images (N, {SIDE}, {SIDE}) uint8, got {images.shape} {images.dtype}")
    network.eval()
    batches = torch.from_numpy(np.ascontiguousarray(images)).split(BATCH)
    return torch.cat([network(normalisation(batch)) for batch in batches])


def make_look(network: nn.Module, normalisation: Normalisation) -> ComputeLogits:
    """What compute_logits says, as a function of the images alone."""

    def look(images: Images) -> Logits:
        logits: Logits = compute_logits(network, normalisation, images).numpy()
        return logits

    return look


def measure(
    logits: Tensor, labels: NDArray[np.int64], readable: NDArray[np.bool_], calibration: Calibration
) -> dict[str, float]:
    """logits (N, 10), labels and readable (N,) → what a manifest says of a slice. Unreadable is wrong, and refused."""
    refused = (calibration.digit_scores(logits.numpy()) < calibration.digit_score_threshold) | ~readable
    measured = {"examples": float(len(labels)), "refused": float(refused.mean())}
    if (labels == NOT_A_DIGIT).any():
        return measured
    if not readable.any():
        return measured | {"accuracy": 0.0}
    seen, truth = torch.from_numpy(readable), torch.from_numpy(labels)
    probabilities = torch.from_numpy(calibration.probabilities(logits.numpy()))
    right = (probabilities.argmax(dim=1) == truth) & seen
    return measured | {
        "accuracy": float(right.double().mean()),
        "nll": float(nll_loss(probabilities[seen].clamp_min(1e-12).log(), truth[seen])),
        "calibration_error": calibration_error(probabilities[seen], truth[seen]),
    }


def calibration_error(probabilities: Tensor, labels: Tensor) -> float:
    """(N, 10), (N,) → mean gap of confidence and accuracy over 15 equal bins, weighted by size. Guo et al. 2017, §2."""
    return float(multiclass_calibration_error(probabilities, labels, probabilities.shape[1], CALIBRATION_BINS, "l1"))


def auroc(digits: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Digit scores (N,) and (M,) → the chance that a digit scores above something else."""
    scores = torch.from_numpy(np.concatenate([digits, others]))
    return float(binary_auroc(scores, torch.cat([torch.ones(len(digits)), torch.zeros(len(others))]).long()))


def wilson_interval(right: int, examples: int) -> tuple[float, float]:
    """95 % for the true share. Wilson 1927."""
    share, z = right / examples, Z95
    centre = (share + z * z / (2 * examples)) / (1 + z * z / examples)
    half = z / (1 + z * z / examples) * sqrt(share * (1 - share) / examples + z * z / (4 * examples * examples))
    return centre - half, centre + half


def bootstrap_interval(
    measure_drawn: Callable[..., float], *samples: NDArray[np.float64], seed: int = 0
) -> tuple[float, float]:
    """95 % for a measure of independent samples, each drawn with replacement. Efron 1979.

    Moved back to the measure itself: what has a least value, as a calibration error has, grows when drawn again.
    """
    random = np.random.default_rng(seed)
    values = [
        measure_drawn(*(sample[random.integers(0, len(sample), len(sample))] for sample in samples))
        for _ in range(RESAMPLED)
    ]
    low, high = np.percentile(values, (2.5, 97.5)) + measure_drawn(*samples) - np.mean(values)
    return float(low), float(high)
