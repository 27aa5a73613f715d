"""The reader network that Slate ships, read once, for tests and measurements of whole pages.

A picture file comes in, and what `/v1/read` finds on it goes out, without the recogniser's second opinion.
"""

from functools import cache
from pathlib import Path

from services.inference.engines.choice import choose_page_engine
from services.inference.page_reader import PageReader, load_page_reader
from shared.recognition.model_version import READER, read_current
from shared.recognition.page.found_page import FoundPage, find_page

MODELS = Path(__file__).parents[1] / "models"


@cache
def load_shipped_reader() -> PageReader:
    """The version of the reader network that is in use, on the processor."""
    return load_page_reader(MODELS, read_current(MODELS, READER), choose_page_engine("auto", "cpu"))


def read_page(picture: bytes) -> FoundPage:
    """A PNG, JPEG or WebP file → what stands on it. DrawingError, with the reason, if it can't be read."""
    reader = load_shipped_reader()
    return find_page(picture, reader.compute_maps, reader.manifest.calibration)
