"""Batches of composed pages with their targets, made while the network learns. No page is ever seen twice."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from training.reader.targets import make_targets
from training.rendering.pages.hands import Hands
from training.rendering.pages.page import Page, compose_page
from training.rendering.pages.sheet import Mark, Random

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]  # pictures (B, 1, H, W) uint8, and the five targets

PIXELS = 786_432  # of a batch
TURNED_SHARE = 0.08
HEIGHTS_PX = (11.5, 46.0)  # of the digits


@dataclass(frozen=True)
class Kind:
    """A size of picture (height, width), the layouts on it with their weights, and its share of the batches."""

    size: tuple[int, int]
    layouts: dict[str, float]
    share: float


KINDS = (
    Kind((128, 192), {"lines": 3, "table": 3, "boxes": 2, "single": 2, "nothing": 2.2, "strip": 0.5}, 0.50),
    Kind((64, 256), {"strip": 8, "lines": 1, "boxes": 2, "nothing": 0.5, "table": 0.5}, 0.30),
    Kind((192, 192), {"table": 3, "lines": 1, "single": 2, "nothing": 1}, 0.08),
    Kind((112, 112), {"alone": 6, "single": 1, "nothing": 2}, 0.12),
)


class ComposedPages(IterableDataset[Batch]):
    """Endless batches. Each worker composes its own."""

    def __init__(self, hands: Hands, seed: int) -> None:
        self._hands = hands
        self._seed = seed

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        random = np.random.default_rng((self._seed, worker.id if worker else 0))
        torch.set_num_threads(1)
        shares = np.array([kind.share for kind in KINDS])
        while True:
            yield make_batch(KINDS[random.choice(len(KINDS), p=shares / shares.sum())], self._hands, random)


def make_batch(kind: Kind, hands: Hands, random: Random) -> Batch:
    """Pages of one size, as many as have PIXELS pixels together."""
    count = PIXELS // (kind.size[0] * kind.size[1])
    made = [_make_example(kind, hands, random) for _ in range(count)]
    pictures, targets = (
        [page.picture for page, _ in made],
        [make_targets(page.marks, kind.size, turn) for page, turn in made],
    )
    stack = lambda name: torch.from_numpy(np.stack([getattr(each, name) for each in targets]))  # noqa: E731
    return (
        torch.from_numpy(np.stack(pictures)[:, None]),
        *(stack(name) for name in ("heat", "weight", "taught", "sign", "place")),
    )  # type: ignore[return-value]


def _make_example(kind: Kind, hands: Hands, random: Random) -> tuple[Page, int]:
    names, weights = list(kind.layouts), np.array(list(kind.layouts.values()))
    layout = names[random.choice(len(names), p=weights / weights.sum())]
    turn = int(random.integers(1, 4)) if random.random() < TURNED_SHARE else 0
    low, high = (0.3 * kind.size[0], 0.75 * kind.size[0]) if layout == "strip" else HEIGHTS_PX
    if layout != "strip" and random.random() < 0.18:
        low, high = (4.0, 11.0) if random.random() < 0.4 else (46.0, 120.0)
    digit_px = float(np.exp(random.uniform(np.log(low), np.log(high))))
    size = kind.size if turn % 2 == 0 else kind.size[::-1]
    page = compose_page(hands, size, layout, digit_px, random)
    return (turn_page(page, turn), turn) if turn else (page, 0)


def turn_page(page: Page, turn: int) -> Page:
    """Turn a page by quarter turns anticlockwise. To read it, it must be turned as far clockwise."""
    marks = page.marks
    picture = page.picture
    for _ in range(turn):
        width = picture.shape[1]
        picture = np.rot90(picture)
        marks = [Mark(m.sign, (m.box[1], width - m.box[2], m.box[3], width - m.box[0])) for m in marks]
    return Page(np.ascontiguousarray(picture), marks)
