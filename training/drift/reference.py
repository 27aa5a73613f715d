"""The distributions of a manifest → one distribution with as many canvases, uploads and photographs as the drawings.

Canvases, uploads and photographs differ in their ink as such. Without this, an installation whose people draw on the
canvas would always differ from validation data that are photographs in part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.contracts.drift import Measure
from shared.contracts.storage import Source
from training.drift.histograms import EDGES

Kind = str  # a source of drawings, or IMAGES
IMAGES = "images"  # digits that are stored as 28×28 images and never were pictures
Distributions = Mapping[Kind, Mapping[str, Sequence[int]]]  # kind → measure → the count of each bin

# The slices of each kind, by the beginning of their names. All others are IMAGES.
KINDS: dict[str, Kind] = {"pen_drawings": "canvas", "uploads": "upload", "photographs": "camera"}


@dataclass(frozen=True)
class Reference:
    """`shares` (bins,) of the validation data, and by how many `examples` they are known."""

    shares: NDArray[np.float64]
    examples: float


def find_kind(slice_name: str) -> Kind:
    """Return the kind of a validation slice."""
    return next((kind for beginning, kind in KINDS.items() if slice_name.startswith(beginning)), IMAGES)


def choose_counts(distributions: Distributions, measure: Measure, source: Source) -> NDArray[np.int64] | None:
    """Return the counts of what is most like this source: its own kind, else stored images; of programs, everything.

    None if there are no such validation data, or if they do not have this measure.
    """
    kinds = distributions if source == "api" else [kind for kind in (source, IMAGES) if kind in distributions][:1]
    known = [counts for kind in kinds if (counts := distributions[kind].get(measure)) and any(counts)]
    return np.array(known, np.int64).sum(axis=0) if known else None


def mix(distributions: Distributions, measure: Measure, sources: Sequence[Source]) -> Reference:
    """Return the mixture to compare drawings (N,) of these sources with. N > 0, and each source has counts."""
    shares, variance = np.zeros(len(EDGES[measure]) - 1), 0.0
    for source, number in Counter(sources).items():
        counts = choose_counts(distributions, measure, source)
        assert counts is not None  # noqa: S101
        weight, examples = number / len(sources), int(counts.sum())
        shares += weight * (counts + 0.5) / (examples + len(counts) / 2)  # as `compare` does with the drawings
        variance += weight**2 / examples
    return Reference(shares, 1 / variance)
