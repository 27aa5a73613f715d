"""Reads a page: the reader network finds its digits, and the recogniser looks at each of them again.

The two networks see a digit differently: one with its surroundings, the other alone and centred. Together they are
right more often than each of them.
"""

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.inference.messages import encode_png, make_messages
from services.inference.networks import Networks
from services.inference.page_message import Fields, make_page_message
from services.inference.prediction import Measured, recognise_images
from shared.recognition.page.arrangement import arrange
from shared.recognition.page.found_page import FoundPage, find_page
from shared.recognition.page.mark import Mark

Probabilities = NDArray[np.float64]  # (N, 10), rows sum to 1


def read_page(picture: bytes, networks: Networks, measured: Measured, received: float) -> Fields:
    """The fields of the message PageReading. `received` is when the picture came, in seconds of perf_counter.

    DrawingError if the picture can't be read, ReaderUnavailableError without a reader network.
    """
    reader = networks.get_reader()
    with measured.decoding():
        page = find_page(picture, reader.compute_maps, reader.manifest.calibration)
    predictions = _predict(page, networks, measured) if page.digits else []
    elapsed_ms = (time.perf_counter() - received) * 1000
    for prediction, digit in zip(predictions, page.digits, strict=True):
        prediction |= {"image": encode_png(digit.image), "elapsed_ms": elapsed_ms}
    marks = [_rename(digit.mark, each["digit"]) for digit, each in zip(page.digits, predictions, strict=True)]
    return make_page_message(page, predictions, arrange([*marks, *page.separators]), reader.manifest)


def _predict(page: FoundPage, networks: Networks, measured: Measured) -> list[Fields]:
    """One prediction for each digit, by both networks. At least one digit."""
    alone = recognise_images(networks.recogniser, np.stack([digit.image for digit in page.digits]), measured)
    on_page = np.stack([digit.mark.probabilities for digit in page.digits if digit.mark.probabilities is not None])
    both = replace(alone, probabilities=combine(alone.probabilities, on_page.astype(np.float64)))
    measured.recognitions = both
    return make_messages(both, networks.recogniser)


def combine(one: Probabilities, other: Probabilities) -> Probabilities:
    """The geometric mean of two opinions. A digit that one of them rules out stays unlikely."""
    together = np.sqrt(np.maximum(one, 1e-12) * np.maximum(other, 1e-12))
    return np.asarray(together / together.sum(axis=1, keepdims=True))


def _rename(mark: Mark, digit: int) -> Mark:
    """The mark with the digit that both networks together see."""
    return replace(mark, sign=str(digit))
