"""How well probabilities do against labels: the numbers a manifest holds for each slice."""

import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss

from shared.recognition.calibration import Calibration
from shared.recognition.normalisation import Images, Normalisation, as_tensor

CALIBRATION_BINS = 15  # Guo et al. 2017
BATCH = 1000


@torch.inference_mode()
def compute_logits(network: nn.Module, normalisation: Normalisation, images: Images, device: torch.device) -> Tensor:
    """images (N, 28, 28) uint8 → logits (N, 10) float32 on the CPU. The network is left in evaluation mode."""
    network.eval()
    return torch.cat([network(normalisation(batch.to(device))).cpu() for batch in as_tensor(images).split(BATCH)])


def measure(logits: Tensor, labels: Tensor, calibration: Calibration) -> dict[str, float]:
    """logits (N, 10), labels (N,) → accuracy, NLL, expected calibration error, and the share below the threshold."""
    probabilities = calibration.probabilities(logits)
    scores = calibration.digit_scores(logits)
    return {
        "examples": float(len(labels)),
        "accuracy": float((probabilities.argmax(dim=1) == labels).double().mean()),
        "nll": float(nll_loss(probabilities.clamp_min(1e-12).log(), labels)),
        "calibration_error": expected_calibration_error(probabilities, labels),
        "refused": float((scores < calibration.digit_score_threshold).double().mean()),
    }


def expected_calibration_error(probabilities: Tensor, labels: Tensor) -> float:
    """Mean gap of confidence and accuracy over 15 equal bins, weighted by their size. Guo et al. 2017, §2."""
    confidence, digits = probabilities.double().max(dim=1)
    right = (digits == labels).double()
    bins = (confidence * CALIBRATION_BINS).ceil().clamp(1, CALIBRATION_BINS).long()
    gap = 0.0
    for index in range(1, CALIBRATION_BINS + 1):
        inside = bins == index
        if inside.any():
            gap += float((confidence[inside].mean() - right[inside].mean()).abs() * inside.sum())
    return gap / len(labels)
