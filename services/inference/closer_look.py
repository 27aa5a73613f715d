"""Prepares drawings in the worker process. Where more than one digit may be drawn, the reader network finds the digit.

A ring or a box around the digit, a ruled line or a neighbour would otherwise become a part of its image.
"""

from collections.abc import Callable

import numpy as np

from services.inference.opinions import make_opinion
from services.inference.page_reader import PageReader
from services.inference.prediction import Prepared
from shared.recognition.decoding import decode_page
from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink import Strokes, find_strokes
from shared.recognition.page.single_digit import find_single_digit
from shared.recognition.preprocessing import centre_ink, preprocess


def choose_preparation(reader: PageReader | None) -> Callable[[bytes], Prepared]:
    """How drawings are prepared: with a closer look if there is a reader network."""
    if reader is None:
        return lambda data: Prepared(preprocess(data))
    return lambda data: _look_closer(data, reader)


def _look_closer(data: bytes, reader: PageReader) -> Prepared:
    """The image of the digit, and the reader's opinion if it was asked. DrawingError if there is no ink."""
    grey = decode_page(data).grey
    strokes: Strokes | BlankDrawingError
    try:
        strokes = find_strokes(grey)
        if strokes.alone:
            return Prepared(centre_ink(strokes.ink))
    except BlankDrawingError as error:
        strokes = error
    picture = np.asarray(grey.fill(), np.uint8)
    found = find_single_digit(picture, reader.compute_maps, reader.manifest.calibration)
    if found is not None:
        return Prepared(found.image, make_opinion(found.mark, reader.manifest.calibration))
    if isinstance(strokes, BlankDrawingError):
        raise strokes
    return Prepared(centre_ink(strokes.ink))
