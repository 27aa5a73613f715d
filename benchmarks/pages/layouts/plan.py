"""The measures that a page's paper and its layout share, and how a person writes on it."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.pages.draft import Draft
from benchmarks.pages.hand import Style
from benchmarks.pages.writers import Writers
from training.rendering.pages.sheet import Random

Range = tuple[float, float]  # the lowest and the highest value


@dataclass(frozen=True)
class Plan:
    """Lengths in pixels: the usual height of a digit, and the distance between two baselines."""

    digit_px: float
    pitch: float


Layout = Callable[[Draft, Writers, Plan, Random], None]


def choose_style(random: Random, gap: Range = (0.1, 0.35), pen: Range = (0.05, 0.15)) -> Style:
    """A tidy hand. `gap` between digits and the width of the `pen` are shares of the digits' height."""
    return Style(
        slant=float(random.uniform(-0.1, 0.25)),
        pen=float(random.uniform(*pen)),
        gap=float(random.uniform(*gap)),
        gap_jitter=0.03,
        size_jitter=float(random.uniform(0.02, 0.08)),
        rise=float(random.normal(0, 0.008)),
        wobble=float(random.uniform(0.005, 0.04)),
    )
