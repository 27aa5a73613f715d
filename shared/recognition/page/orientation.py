"""Grey levels of a page → what stands on it, after the page was turned upright. Whatever EXIF says, digits decide."""

import numpy as np

from shared.recognition.cutout import Grey
from shared.recognition.page.detection import ComputeMaps, Found, find_marks

TURN_SHARE = 0.3  # of the votes for the upright page; an orientation with more is possible
CLEAR_SHARE = 1.5  # of the votes for the upright page, which an orientation needs on a page with few digits
LEAST_COUNTED = 0.3  # score of a digit that speaks for an orientation
FEW_DIGITS = 2.5  # expected; so few may be a six that looks like a nine
TURN_GAIN = 1.1  # times as certain as the upright page a turned one must be


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
    return (turned, turns) if _measure_certainty(turned) > TURN_GAIN * certainty else (found, 0)


def turn(grey: Grey, turns: int, compute_maps: ComputeMaps) -> tuple[Found, int]:
    """What stands on the page after that many quarter turns clockwise."""
    return find_marks(np.ascontiguousarray(np.rot90(grey, -turns)), compute_maps), turns


def _measure_certainty(found: Found) -> float:
    """The expected number of digits that are read correctly. Marks with low scores are many, and mostly nothing."""
    digits = ((mark.score, mark.probabilities) for mark in found.marks if mark.score >= LEAST_COUNTED)
    return sum(score * float(probabilities.max()) for score, probabilities in digits if probabilities is not None)
