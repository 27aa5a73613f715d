"""How likely each label of a drawing is, judged by a network that has not learned from that drawing.

A network that has never seen people's drawings doubts the labels of hands that it cannot read. So a linear classifier
is fitted on its last hidden layer, to correct its answers (Alain and Bengio 2016, "Understanding intermediate layers
using linear classifier probes"). The drawings of one owner are judged by a probe that was fitted on the others, and
labels of owners who are not to be trusted are not fitted. With few labels the network's own answers decide.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from shared.recognition.calibration import Calibration
from shared.recognition.normalisation import Images, Normalisation
from training.data.labelled_images import NOT_A_DIGIT
from training.data.owner_splits import MANY_OWNERS
from training.data.people_drawings import PeopleDrawings
from training.refine.trust import weigh_labels

CLASSES = 11  # the digits, then "not a digit"
FOLDS = 5
REGULARISATION = 1.0  # of the probe's weights; 0.3 and 3 find as many wrong labels
LEAST_PROBABILITY = 1e-6  # the network is not more sure than that
BATCH = 500
ITERATIONS = 60

Probabilities = NDArray[np.float64]  # (N, 11), rows sum to 1


@dataclass(frozen=True)
class Judge:
    """A published version as it answers: its network in evaluation mode, its normalisation and its calibration."""

    network: nn.Module
    normalisation: Normalisation
    calibration: Calibration


def estimate_probabilities(drawings: PeopleDrawings, judge: Judge) -> Probabilities:
    """Return how likely each of the 11 labels is for each drawing. The result is the same in every run."""
    if not len(drawings):
        return np.empty((0, CLASSES))
    hidden, logits = read_hidden_layer(judge, drawings.images)
    prior = _describe_answers(logits, judge.calibration)  # (N, 11)
    labels = to_classes(drawings.labels)
    answers = np.where(drawings.labels == NOT_A_DIGIT, prior.argmax(1), prior[:, :10].argmax(1))
    weights = np.where(drawings.reviewed, np.float32(1), weigh_labels(answers == labels, drawings.owners))
    fold_of = _make_folds(drawings)
    features, known, offsets = (torch.from_numpy(array) for array in (hidden, labels, np.log(prior)))
    offsets = offsets.float()
    probabilities = prior.copy()
    for fold in range(FOLDS):
        judged, used = fold_of == fold, (fold_of != fold) & (weights > 0)
        if judged.any() and used.any():
            fitted = _fit(features[used], known[used], offsets[used], torch.from_numpy(weights[used]))
            probabilities[judged] = _apply(fitted, features[judged], offsets[judged])
    return probabilities


def to_classes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Labels, 0..9 or NOT_A_DIGIT (-1) → 0..10."""
    return labels % CLASSES


@torch.inference_mode()
def read_hidden_layer(judge: Judge, images: Images) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """images (N, 28, 28) → what the layers that give the ten logits receive (N, F), standardised, and logits (N, 10).

    The features have a length of about 1, so that the regularisation means the same for every network.
    """
    received: list[Tensor] = []
    outputs = [part for part in judge.network.modules() if isinstance(part, nn.Linear) and part.out_features == 10]
    hooks = [
        part.register_forward_pre_hook(lambda _, inputs: received.append(inputs[0].flatten(1))) for part in outputs
    ]
    hidden, logits = [], []
    judge.network.eval()
    try:
        for batch in torch.from_numpy(images).split(BATCH):
            received.clear()
            logits.append(judge.network(judge.normalisation(batch)))
            hidden.append(torch.cat(received, dim=1))
    finally:
        for hook in hooks:
            hook.remove()
    features = torch.cat(hidden)
    features = (features - features.mean(0)) / (features.std(0, correction=0) + 1e-3) / features.shape[1] ** 0.5
    return features.numpy(), torch.cat(logits).numpy()


def _describe_answers(logits: NDArray[np.float32], calibration: Calibration) -> Probabilities:
    """logits (N, 10) → (N, 11): a digit as far as the digit score says so, and else "not a digit"."""
    scores = calibration.digit_scores(logits)[:, None]
    answers = np.concatenate([calibration.probabilities(logits) * scores, 1 - scores], axis=1)
    answers = answers.clip(LEAST_PROBABILITY)
    return np.asarray(answers / answers.sum(1, keepdims=True))


def _make_folds(drawings: PeopleDrawings) -> NDArray[np.int64]:
    """(N,) 0..4: by owner, or by content where there are few owners or none, so that the same picture is in one."""
    by_owner = len(set(drawings.owners.tolist()) - {""}) >= MANY_OWNERS
    contents = zip(drawings.owners.tolist(), drawings.images, strict=True)
    names = [owner.encode() if owner and by_owner else image.tobytes() for owner, image in contents]
    return np.array([int.from_bytes(hashlib.sha256(name).digest()[:8], "big") % FOLDS for name in names])


Fitted = tuple[Tensor, Tensor, Tensor]  # weights (F, 11), biases (11,), logarithm of the scale of the offsets


def _fit(features: Tensor, labels: Tensor, offsets: Tensor, weights: Tensor) -> Fitted:
    """features (N, F), labels (N,), offsets (N, 11), weights (N,) → a regularised logistic regression."""
    matrix = torch.zeros(features.shape[1], CLASSES, requires_grad=True)
    biases = torch.zeros(CLASSES, requires_grad=True)
    scale = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([matrix, biases, scale], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = cross_entropy(_combine((matrix, biases, scale), features, offsets), labels, reduction="none")
        size = matrix.square().sum() + biases.square().sum() + scale.square()
        loss = (losses * weights).sum() + REGULARISATION / 2 * size
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)
    return matrix.detach(), biases.detach(), scale.detach()


def _combine(fitted: Fitted, features: Tensor, offsets: Tensor) -> Tensor:
    """Return the logarithms (N, 11) of the probabilities, up to a constant."""
    matrix, biases, scale = fitted
    return features @ matrix + biases + scale.exp() * offsets


def _apply(fitted: Fitted, features: Tensor, offsets: Tensor) -> Probabilities:
    return np.asarray(_combine(fitted, features, offsets).double().softmax(1).numpy())
