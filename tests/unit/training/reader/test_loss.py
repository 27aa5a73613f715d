"""The loss of the reader: small for maps that show the targets, and blind where nothing is learned."""

import math

import pytest
import torch
from torch import Tensor

from shared.recognition.page.maps import CHANNELS, MAPS
from training.reader.loss import PLACE_WEIGHT, SIGN_WEIGHT, Loss, compute_loss
from training.reader.pages import Batch
from training.reader.targets import HEATS, make_targets
from training.rendering.pages.sheet import IGNORED, Mark

SIZE = (64, 64)
SURE = 12.0  # logit


def batch_of(*marks: Mark) -> Batch:
    targets = make_targets(marks, SIZE, 0)
    parts = (targets.heat, targets.weight, targets.taught, targets.sign, targets.place)
    return Batch(torch.zeros(1, 1, *SIZE, dtype=torch.uint8), *(torch.from_numpy(part)[None] for part in parts))


def perfect_maps(batch: Batch) -> Tensor:
    maps = torch.zeros(1, CHANNELS, SIZE[0] // 4, SIZE[1] // 4)
    maps[:, :HEATS] = torch.where(batch.heat > 0.99, SURE, -SURE)
    for sign in range(15):
        channel = MAPS.digit.start + sign if sign < 10 else MAPS.separator.start + sign - 10
        maps[0, channel] = torch.where(batch.sign[0] == sign, SURE, -SURE)
    maps[:, MAPS.place] = batch.place
    return maps


@pytest.mark.parametrize("mark", [Mark("7", (20.0, 20.0, 36.0, 40.0)), Mark(",", (20.0, 20.0, 25.0, 27.0))])
def test_maps_that_show_the_targets_have_a_small_loss(mark: Mark) -> None:
    batch = batch_of(mark)
    loss = compute_loss(perfect_maps(batch), batch)
    assert float(loss.centres) < 0.05
    assert float(loss.places) < 1e-6
    assert float(loss.signs) < 0.5  # smoothed labels keep it above 0
    assert float(compute_loss(-perfect_maps(batch), batch).add_up()) > 20


def test_another_sign_costs_as_much_as_its_cross_entropy() -> None:
    batch = batch_of(Mark(",", (20.0, 20.0, 25.0, 27.0)))
    maps = perfect_maps(batch)
    maps[:, MAPS.separator] = 0
    assert float(compute_loss(maps, batch).signs) == pytest.approx(
        math.log(5) * float(batch.taught.sum() / max(1, batch.taught.sum())), rel=1e-4
    )


def test_what_is_found_in_a_place_to_ignore_costs_nothing() -> None:
    batch = batch_of(Mark(IGNORED, (20.0, 20.0, 36.0, 40.0)))
    quiet = perfect_maps(batch)
    loud = quiet.clone()
    loud[:, :HEATS, 6:9, 6:8] = SURE
    assert float(compute_loss(loud, batch).centres) == pytest.approx(float(compute_loss(quiet, batch).centres))


def test_a_centre_invented_elsewhere_costs() -> None:
    batch = batch_of(Mark("7", (20.0, 20.0, 36.0, 40.0)))
    maps = perfect_maps(batch)
    before = float(compute_loss(maps, batch).centres)
    maps[:, 0, 14, 14] = SURE
    assert float(compute_loss(maps, batch).centres) > before + 5


def test_the_loss_is_the_weighted_sum_of_its_parts() -> None:
    loss = Loss(torch.tensor(1.0), torch.tensor(2.0), torch.tensor(3.0))
    assert float(loss.add_up()) == pytest.approx(1 + SIGN_WEIGHT * 2 + PLACE_WEIGHT * 3)
