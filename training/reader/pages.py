"""Batches of composed pages with their targets, made while the network learns. No page is ever seen twice.

A batch depends on nothing but the seed and its number. So a run repeats itself, with any number of processes that
compose, and a continued run learns from the same batches as one that was never stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from training.reader.targets import Targets, make_targets
from training.rendering.pages.hands import Hands
from training.rendering.pages.page import Page, compose_page
from training.rendering.pages.sheet import Mark, Random

PIXELS = 786_432  # of a batch
TURNED_SHARE = 0.1
HEIGHTS_PX = (11.5, 46.0)  # of most digits
TINY_HEIGHTS_PX, HUGE_HEIGHTS_PX = (4.0, 11.0), (46.0, 120.0)  # that another copy of the page shows better
OTHER_HEIGHTS_SHARE, TINY_SHARE = 0.18, 0.4
STRIP_HEIGHTS = (0.3, 0.75)  # of the digits / height of the strip


class Batch(NamedTuple):
    """B pictures with cells h×w, and their targets (see `Targets`)."""

    pictures: Tensor  # (B, 1, H, W) uint8
    heat: Tensor
    weight: Tensor
    taught: Tensor
    sign: Tensor
    place: Tensor


@dataclass(frozen=True)
class Kind:
    """A size of picture (height, width), the layouts on it with their weights, and its share of the batches."""

    size: tuple[int, int]
    layouts: Mapping[str, float]
    share: float


KINDS = (
    Kind((128, 192), {"lines": 3, "table": 3, "boxes": 2, "single": 2, "nothing": 3.2, "strip": 0.5}, 0.50),
    Kind((64, 256), {"strip": 8, "lines": 1, "boxes": 2, "nothing": 1.2, "table": 0.5}, 0.30),
    Kind((192, 192), {"table": 3, "lines": 1, "single": 2, "nothing": 1.5}, 0.08),
    Kind((112, 112), {"alone": 6, "single": 1, "nothing": 2.5}, 0.12),
)


class ComposedBatches(Dataset[Batch]):
    """Batches by their number, each composed when it is asked for."""

    def __init__(self, hands: Hands, seed: int, pixels: int = PIXELS) -> None:
        self.hands = hands
        self.seed = seed
        self.pixels = pixels

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng((self.seed, number))
        shares = np.array([kind.share for kind in KINDS])
        kind = KINDS[int(random.choice(len(KINDS), p=shares / shares.sum()))]
        return make_batch(kind, self.hands, random, self.pixels)


def make_batch(kind: Kind, hands: Hands, random: Random, pixels: int = PIXELS) -> Batch:
    """Pages of one kind, as many as have that many pixels together, at least one."""
    count = max(1, pixels // (kind.size[0] * kind.size[1]))
    examples = [make_example(kind, hands, random) for _ in range(count)]
    targets = [make_targets(page.marks, kind.size, turn) for page, turn in examples]
    pictures = np.stack([page.picture[None] for page, _ in examples])
    return Batch(torch.from_numpy(pictures), *_stack(targets))


def _stack(targets: list[Targets]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    def stack(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(each, name) for each in targets]))

    return stack("heat"), stack("weight"), stack("taught"), stack("sign"), stack("place")


def make_example(kind: Kind, hands: Hands, random: Random) -> tuple[Page, int]:
    """A page of that kind, and by how many quarter turns it was turned anticlockwise."""
    names, weights = list(kind.layouts), np.array(list(kind.layouts.values()))
    layout = names[int(random.choice(len(names), p=weights / weights.sum()))]
    turn = int(random.integers(1, 4)) if random.random() < TURNED_SHARE else 0
    digit_px = _choose_height(layout, kind.size[0], random)
    size = kind.size if turn % 2 == 0 else kind.size[::-1]
    page = compose_page(hands, size, layout, digit_px, random)
    return (turn_page(page, turn), turn) if turn else (page, 0)


def _choose_height(layout: str, picture_px: int, random: Random) -> float:
    """The height of the digits, in pixels; its logarithm is uniform."""
    low, high = HEIGHTS_PX
    if layout == "strip":
        low, high = (share * picture_px for share in STRIP_HEIGHTS)
    elif random.random() < OTHER_HEIGHTS_SHARE:
        low, high = TINY_HEIGHTS_PX if random.random() < TINY_SHARE else HUGE_HEIGHTS_PX
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def turn_page(page: Page, turn: int) -> Page:
    """Turn a page by quarter turns anticlockwise. To read it, it must be turned as far clockwise."""
    picture, marks = page.picture, page.marks
    for _ in range(turn):
        width = picture.shape[1]
        picture = np.rot90(picture)
        marks = [_turn_mark(mark, width) for mark in marks]
    return Page(np.ascontiguousarray(picture), marks)


def _turn_mark(mark: Mark, width: int) -> Mark:
    """Turn a mark with a picture of that width by one quarter turn anticlockwise."""
    left, top, right, bottom = mark.box
    return Mark(mark.sign, (top, width - right, bottom, width - left))
