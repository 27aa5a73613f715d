"""Fits the constants of a reader version on composed validation pages: two thresholds and the digits' temperature."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from shared.recognition.page.mark import Mark
from shared.recognition.reader_calibration import ReaderCalibration
from training.errors import DataUnavailableError
from training.publishing.calibration import fit_temperature
from training.reader.comparison import Comparison, compare_digits, compare_separators
from training.reader.measured_pages import Slices
from training.reader.reading import FoundSlices
from training.rendering.pages.page import Page

THRESHOLDS = np.round(np.arange(0.15, 0.86, 0.05), 2)
INVENTED_COST = 2.0  # a digit that nobody wrote is worse than one that is missed: nobody looks for it
LEAST_CHANCE = 1e-7  # of a digit, whose logarithm is taken

Compare = Callable[[Page, Sequence[Mark]], Comparison]


def fit_reader_calibration(slices: Slices, found: FoundSlices) -> ReaderCalibration:
    """Fit on validation pages and the marks found there. DataUnavailableError if no digit was found."""
    pages = [page for part in slices.values() for page in part]
    marks = [each for part in found.values() for each in part]
    return ReaderCalibration(
        digit_threshold=choose_threshold(pages, marks, compare_digits),
        separator_threshold=choose_threshold(pages, marks, compare_separators),
        temperature=fit_digit_temperature(pages, marks),
    )


def choose_threshold(pages: Sequence[Page], found: Sequence[Sequence[Mark]], compare: Compare) -> float:
    """The threshold with the lowest cost of missed, wrong and invented marks. Of several, the one in the middle.

    The surest marks are compared first, so a threshold only leaves out the last ones, and one comparison tells all.
    """
    comparisons = [compare(page, marks) for page, marks in zip(pages, found, strict=True)]
    right = np.array([score for comparison in comparisons for score in comparison.right_scores])
    invented = np.array([score for comparison in comparisons for score in comparison.invented_scores])
    gains = np.array([(right >= least).sum() - INVENTED_COST * (invented >= least).sum() for least in THRESHOLDS])
    return float(np.median(THRESHOLDS[gains == gains.max()]))


def fit_digit_temperature(pages: Sequence[Page], found: Sequence[Sequence[Mark]]) -> float:
    """The temperature at which the probabilities of the digits that were found say how often they are right."""
    chances, labels = [], []
    for page, marks in zip(pages, found, strict=True):
        comparison = compare_digits(page, marks)
        for mark, index in zip(comparison.written, comparison.read.tolist(), strict=True):
            if index >= 0 and (probabilities := comparison.found[index].probabilities) is not None:
                chances.append(probabilities)
                labels.append(int(mark.sign))
    if not labels:
        raise DataUnavailableError("The network finds no digit on the validation pages: train it longer.")
    logits = np.log(np.maximum(np.stack(chances), LEAST_CHANCE))
    return fit_temperature(torch.from_numpy(logits), torch.tensor(labels))
