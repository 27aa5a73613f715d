"""A picture of one digit with other things beside it → the digit, found by the reader network."""

from dataclasses import dataclass

from shared.recognition.cutout import Grey
from shared.recognition.page.cutting import cut_digit
from shared.recognition.page.detection import ComputeMaps, find_marks
from shared.recognition.page.mark import Mark, soften
from shared.recognition.photograph import has_dark_ink, reduce_to
from shared.recognition.preprocessing import Image, centre_ink
from shared.recognition.reader_calibration import ReaderCalibration

SIDE = 320  # pixels: the only digit of a picture is large enough on a copy of this size
LARGER = 2.0  # a digit that is this many times higher than all others is the one that is meant
DOUBTFUL = 0.85  # of the highest score; what looks less like a digit, such as a pen beside it, does not count


@dataclass(frozen=True)
class SingleDigit:
    """The image of its own ink, and its mark in pixels of the reduced picture."""

    image: Image
    mark: Mark


def find_single_digit(picture: Grey, compute_maps: ComputeMaps, calibration: ReaderCalibration) -> SingleDigit | None:
    """The one digit on the picture (H, W). None if there is none, or if several are about the same size."""
    reduced = reduce_to(picture, SIDE)
    marks = find_marks(reduced, compute_maps).marks
    digits = [mark for mark in marks if mark.probabilities is not None and mark.score >= calibration.digit_threshold]
    if not digits:
        return None
    surest = max(mark.score for mark in digits)
    digits = [mark for mark in digits if mark.score >= DOUBTFUL * surest]
    highest = max(digits, key=lambda mark: mark.box.height)
    if any(mark is not highest and LARGER * mark.box.height > highest.box.height for mark in digits):
        return None
    cut = cut_digit(reduced, highest.box, dark_ink=has_dark_ink(reduced))
    return SingleDigit(centre_ink(cut.ink), soften(highest, calibration.temperature)) if cut is not None else None
