"""The loss of the reader: a focal loss for centres, cross entropy for signs, absolute errors for place and size."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from shared.recognition.page.maps import MAPS
from training.reader.pages import Batch
from training.reader.targets import HEATS, SMALL

SIGN_WEIGHT, PLACE_WEIGHT = 1.0, 0.4  # beside 1 for the centres
SMALL_WEIGHT = 0.15  # of the map of small digits, where whole areas are positive
CENTRE = 0.99  # a cell with more heat than this holds a centre
ALPHA, BETA = 2, 4  # Law and Deng 2018, "CornerNet", §3.2
DIGITS = 10
SMOOTHING = 0.02  # of the digits' labels


class Loss(NamedTuple):
    """The parts of the loss, each a scalar."""

    centres: Tensor
    signs: Tensor
    places: Tensor

    def add_up(self) -> Tensor:
        """The loss to minimise."""
        return self.centres + SIGN_WEIGHT * self.signs + PLACE_WEIGHT * self.places


def compute_loss(maps: Tensor, batch: Batch) -> Loss:
    """maps (B, 25, h, w) float32 and the batch with its targets → the loss."""
    total = batch.taught.sum().clamp_min(1)
    return Loss(
        _compare_centres(maps[:, :HEATS], batch.heat, batch.weight),
        _compare_signs(maps, batch.sign, batch.taught) / total,
        _compare_places(maps[:, MAPS.place], batch.place, batch.taught) / total,
    )


def _compare_centres(logits: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """The focal loss of Law and Deng 2018, for each centre."""
    weight = weight.clone()
    weight[:, SMALL] *= SMALL_WEIGHT
    positive = (heat > CENTRE).float() * weight
    chance = torch.sigmoid(logits)
    hit = nn.functional.logsigmoid(logits) * (1 - chance) ** ALPHA * positive
    miss = nn.functional.logsigmoid(-logits) * chance**ALPHA * (1 - heat) ** BETA * weight * (heat <= CENTRE)
    return -(hit + miss).sum() / positive[:, :SMALL].sum().clamp_min(1)


def _compare_signs(maps: Tensor, sign: Tensor, taught: Tensor) -> Tensor:
    """The sum of the cross entropies, of ten digits or of five separators, weighted by `taught`."""
    is_digit = (sign < DIGITS).float() * taught
    digits = nn.functional.cross_entropy(
        maps[:, MAPS.digit], sign.clamp_max(DIGITS - 1), reduction="none", label_smoothing=SMOOTHING
    )
    separators = nn.functional.cross_entropy(maps[:, MAPS.separator], (sign - DIGITS).clamp_min(0), reduction="none")
    return (digits * is_digit + separators * (taught - is_digit)).sum()


def _compare_places(found: Tensor, place: Tensor, taught: Tensor) -> Tensor:
    """The sum of the errors of place and size, weighted by `taught`."""
    errors = nn.functional.smooth_l1_loss(found, place, reduction="none", beta=0.2)
    return (errors.sum(1) * taught).sum()
