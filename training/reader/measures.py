"""How well a reader reads composed pages: the metrics of each slice for the manifest, and the verdicts for the gate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.recognition.page.mark import Mark
from shared.recognition.reader_calibration import ReaderCalibration
from training.reader.comparison import Comparison, compare_digits, compare_separators
from training.reader.measured_pages import Slices
from training.reader.reading import FoundSlices, select_sure
from training.rendering.pages.page import Page

Verdicts = NDArray[np.bool_]  # (N,): whether each digit, or each page, is right


@dataclass(frozen=True)
class Measured:
    """A slice: its metrics, and whether each digit was read and each page is exact."""

    metrics: dict[str, float]
    digits: Verdicts
    pages: Verdicts


def measure_slices(slices: Slices, found: FoundSlices, calibration: ReaderCalibration) -> dict[str, Measured]:
    """Measure the marks found on each slice's pages."""
    return {name: measure_pages(pages, found[name], calibration) for name, pages in slices.items()}


def measure_pages(pages: Sequence[Page], found: Sequence[Sequence[Mark]], calibration: ReaderCalibration) -> Measured:
    """Measure the marks found on some pages, at least one."""
    sure = [select_sure(marks, calibration) for marks in found]
    digits = [compare_digits(page, marks) for page, marks in zip(pages, sure, strict=True)]
    separators = [compare_separators(page, marks) for page, marks in zip(pages, sure, strict=True)]
    right = _join(digits)
    exact = np.array([comparison.is_exact for comparison in digits], bool)
    metrics = {
        "examples": float(len(pages)),
        "exact_pages": float(exact.mean()),
        "invented_per_page": sum(len(comparison.invented) for comparison in digits) / len(pages),
    }
    if len(right):
        missed = np.concatenate([comparison.read < 0 for comparison in digits])
        metrics |= {
            "digits": float(len(right)),
            "accuracy": float(right.mean()),
            "missed": float(missed.mean()),
            "wrong": float((~right & ~missed).mean()),
        }
    if len(named := _join(separators)):
        metrics |= {"separators": float(len(named)), "separator_accuracy": float(named.mean())}
    return Measured(metrics, right, exact)


def _join(comparisons: Sequence[Comparison]) -> Verdicts:
    return np.concatenate([comparison.right for comparison in comparisons])
