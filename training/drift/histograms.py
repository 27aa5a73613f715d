"""The bins in which drift counts, and the values that it counts: one array for each measure.

The bins are fixed, because the manifest of a version keeps only the counts of its validation data. A change of the bins
makes the distributions of earlier versions useless, so `python -m training.drift describe` has to run for them again.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.contracts.drift import Measure
from shared.recognition.ink_measures import InkMeasures

# Narrow where validation digits are many. Values beyond the outer edges belong to the outer bins.
EDGES: dict[Measure, tuple[float, ...]] = {
    "digit": tuple(digit - 0.5 for digit in range(11)),
    "confidence": (0, 0.5, 0.8, 0.9, 0.95, 0.99, 1),
    "digit_score": (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1),
    "line_width": (0, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 4, 5, 8),  # pixels of the 28×28 image
    "size": (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),  # share of the picture's longer side
    "darkness": (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),  # contrast to the paper
}

Values = NDArray[np.float64]  # (N,); NaN where a drawing has no such value
Counts = NDArray[np.int64]  # one for each bin


def count(measure: Measure, values: NDArray[Any]) -> Counts:
    """values (N,) → how many are in each bin. NaN is in none."""
    edges = EDGES[measure]
    known = values[~np.isnan(values)].clip(edges[0], edges[-1])
    return np.histogram(known, edges)[0].astype(np.int64)


def find_median(measure: Measure, counts: NDArray[Any]) -> float:
    """Counts or shares of each bin, not all 0 → the median, as if the values of a bin were spread evenly over it."""
    edges, reached = EDGES[measure], np.concatenate([[0], np.cumsum(counts)])
    return float(np.interp(reached[-1] / 2, reached, edges))


def list_ink(measured: InkMeasures) -> Mapping[Measure, float]:
    """Return the measures of the ink by name."""
    return {"line_width": measured.line_width, "size": measured.size, "darkness": measured.darkness}
