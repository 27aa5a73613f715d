"""Finds the labels that are likely wrong, from probabilities that were estimated without them.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
§3): a drawing counts as a digit if that digit's probability reaches its mean over the drawings with that label. A
label is suspected if the drawing counts as something else. The package cleanlab has the method too, but brings
scikit-learn and pandas, and knows no owners whose labels must not move the means.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.people_drawings import Names
from training.refine.probe import CLASSES, Probabilities, to_classes
from training.refine.trust import weigh_labels

LEAST_ODDS = 0.1  # a label is suspected too if another is more than ten times as likely
USUAL, USUAL_WEIGHT = 0.8, 5.0  # a label that few drawings have is expected to have this mean, as if of five drawings


@dataclass(frozen=True)
class Judgement:
    """For each label (N,): whether it is suspected, what it is more likely (0..10), and its own probability."""

    suspected: NDArray[np.bool_]
    suggested: NDArray[np.int64]
    probability: NDArray[np.float64]


def judge_labels(probabilities: Probabilities, labels: NDArray[np.int64], owners: Names) -> Judgement:
    """probabilities (N, 11), labels (N,) 0..9 or NOT_A_DIGIT, owners (N,) → which labels are likely wrong."""
    labels = to_classes(labels)
    likeliest = probabilities.argmax(1) if len(labels) else np.empty(0, np.int64)
    weights = weigh_labels(likeliest == labels, owners)
    own = probabilities[np.arange(len(labels)), labels]
    sums = np.bincount(labels, own * weights, CLASSES) + USUAL * USUAL_WEIGHT
    thresholds = sums / (np.bincount(labels, weights, CLASSES) + USUAL_WEIGHT)  # (11,)
    reached = np.where(probabilities >= thresholds, probabilities, -1)
    confident = reached.max(1, initial=-1) >= 0
    counts_as = np.where(confident, reached.argmax(1), likeliest) if len(labels) else likeliest
    unlikely = own < LEAST_ODDS * probabilities.max(1, initial=0)
    return Judgement((confident & (counts_as != labels)) | unlikely, np.where(unlikely, likeliest, counts_as), own)
