"""The loss of the reader: a focal loss for centres, cross entropy for signs, absolute errors for place and size."""

import torch
from torch import Tensor, nn

from shared.recognition.page.maps import MAPS

HEATS = 6
SIGN_WEIGHT, PLACE_WEIGHT = 1.0, 0.4  # beside 1 for the centres
SMALL_WEIGHT = 0.15


def compute_loss(
    maps: Tensor, heat: Tensor, weight: Tensor, taught: Tensor, sign: Tensor, place: Tensor
) -> tuple[Tensor, Tensor]:
    """maps (B, 25, h, w) and targets, stacked → the loss, and its three parts (3,) to print.

    The focal loss is that of Law and Deng 2018 (CornerNet), with alpha 2 and beta 4.
    """
    logits = maps[:, :HEATS]
    weight = weight.clone()
    weight[:, MAPS.small] *= SMALL_WEIGHT  # whole areas are positive there
    positive = (heat > 0.99).float() * weight
    chance = torch.sigmoid(logits)
    hit = nn.functional.logsigmoid(logits) * (1 - chance) ** 2 * positive
    miss = nn.functional.logsigmoid(-logits) * chance**2 * (1 - heat) ** 4 * weight * (heat <= 0.99)
    centres = -(hit + miss).sum() / positive[:, : MAPS.small.start].sum().clamp_min(1)

    is_digit = (sign < 10).float() * taught
    total = taught.sum().clamp_min(1)
    digits = nn.functional.cross_entropy(maps[:, MAPS.digit], sign.clamp_max(9), reduction="none", label_smoothing=0.02)
    separators = nn.functional.cross_entropy(maps[:, MAPS.separator], (sign - 10).clamp_min(0), reduction="none")
    signs = ((digits * is_digit) + separators * (taught - is_digit)).sum() / total

    places = (
        nn.functional.smooth_l1_loss(maps[:, MAPS.place], place, reduction="none", beta=0.2).sum(1) * taught
    ).sum() / total
    loss = centres + SIGN_WEIGHT * signs + PLACE_WEIGHT * places
    return loss, torch.stack([centres.detach(), signs.detach(), places.detach()])
