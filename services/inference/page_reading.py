"""Reads a page: the reader network finds its digits, and the recogniser looks at each of them again."""

import time
from dataclasses import replace

import numpy as np

from services.inference.messages import encode_png, make_messages
from services.inference.networks import Networks
from services.inference.opinions import Opinion, combine, make_opinion
from services.inference.page_message import Fields, make_page_message
from services.inference.prediction import Measured, recognise_images
from shared.recognition.page.arrangement import arrange
from shared.recognition.page.found_page import FoundDigit, FoundPage, find_page
from shared.recognition.page.mark import Mark
from shared.recognition.reader_calibration import ReaderCalibration


def read_page(picture: bytes, rotation: int | None, networks: Networks, measured: Measured, received: float) -> Fields:
    """The fields of the message PageReading. `received` is when the picture came, in seconds of perf_counter.

    DrawingError if the picture can't be read, ReaderUnavailableError without a reader network.
    """
    reader = networks.get_reader()
    with measured.decoding():
        page = find_page(picture, reader.compute_maps, reader.manifest.calibration, rotation)
    predictions = _predict(page, networks, measured) if page.digits else []
    elapsed_ms = (time.perf_counter() - received) * 1000
    for prediction, digit in zip(predictions, page.digits, strict=True):
        prediction |= {"image": encode_png(digit.image), "elapsed_ms": elapsed_ms}
    marks = [_rename(digit.mark, each["digit"]) for digit, each in zip(page.digits, predictions, strict=True)]
    return make_page_message(page, predictions, arrange([*marks, *page.separators]), reader.manifest)


def _predict(page: FoundPage, networks: Networks, measured: Measured) -> list[Fields]:
    """One prediction for each digit, by both networks. At least one digit.

    Where the reader has an opinion, the recogniser looks at a digit only once, because it counts for little.
    """
    calibration = networks.get_reader().manifest.calibration
    opinions = [_find_opinion(digit, calibration) for digit in page.digits]
    images = np.stack([digit.image for digit in page.digits])
    alone = recognise_images(networks.recogniser, images, measured, doubtful_again=None in opinions)
    measured.recognitions = combine(alone, opinions)
    return make_messages(measured.recognitions, networks.recogniser)


def _find_opinion(digit: FoundDigit, calibration: ReaderCalibration) -> Opinion | None:
    """None for a digit that is alone on its page, so that it gets the answer of `POST /v1/predict`."""
    return None if digit.alone else make_opinion(digit.mark, calibration)


def _rename(mark: Mark, digit: int) -> Mark:
    """The mark with the digit that both networks together see."""
    return replace(mark, sign=str(digit))
