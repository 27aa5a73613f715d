"""Grey levels of a page → what stands on it, after the page was turned upright. Whatever EXIF says, digits decide."""

import numpy as np

from shared.recognition.cutout import Grey
from shared.recognition.page.detection import ComputeMaps, Found, find_marks

TURN_SHARE = 0.3  # of the votes for the upright page; an orientation with more is possible
CLEAR_SHARE = 1.5  # of the votes for the upright page, which an orientation needs on a page with few digits
LEAST_COUNTED = 0.3  # score of a digit that speaks for an orientation
FEW_DIGITS = 2.5  # expected; so few may be a six that looks like a nine
TURN_GAIN = 1.1  # times as certain as the upright page a turned one must be
LEAST_FOUND, SURE = 0.5, 0.8  # score of a digit that counts as found, and median certainty of those on a turned page


def find_upright(grey: Grey, compute_maps: ComputeMaps) -> tuple[Found, int]:
    """What stands on the page, and by how many quarters it was turned clockwise to be read.

    Some digits look like digits on their heads, too. So if another orientation is possible, both are read.
    """
    found = find_marks(grey, compute_maps)
    certainty = _measure_certainty(found)
    turns = int(found.orientations[1:].argmax()) + 1
    share = TURN_SHARE if certainty >= FEW_DIGITS else CLEAR_SHARE
    if found.orientations[turns] <= share * found.orientations[0]:
        return found, 0
    turned, _ = turn(grey, turns, compute_maps)
    is_better = _is_sure(turned) and _measure_certainty(turned) > TURN_GAIN * certainty
    return (turned, turns) if is_better else (found, 0)


def turn(grey: Grey, turns: int, compute_maps: ComputeMaps) -> tuple[Found, int]:
    """What stands on the page after that many quarter turns clockwise."""
    return find_marks(np.ascontiguousarray(np.rot90(grey, -turns)), compute_maps), turns


def _is_sure(found: Found) -> bool:
    """Whether most digits are certain. Drawings on their side look a little like digits, and digits much."""
    certainties = _list_certainties(found, LEAST_FOUND)
    return bool(certainties) and float(np.median(certainties)) >= SURE


def _measure_certainty(found: Found) -> float:
    """The expected number of digits that are read correctly. Marks with low scores are many, and mostly nothing."""
    return sum(_list_certainties(found, LEAST_COUNTED))


def _list_certainties(found: Found, least: float) -> list[float]:
    """For each digit with at least that score, the probability that it is one and is read correctly."""
    digits = ((mark.score, mark.probabilities) for mark in found.marks if mark.score >= least)
    return [score * float(probabilities.max()) for score, probabilities in digits if probabilities is not None]
