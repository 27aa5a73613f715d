"""The examples of the page are what the command makes, small, and read by the models that Slate ships."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from services.frontend.views.draw.examples import EXAMPLES as DRAWN
from services.frontend.views.photo.examples import EXAMPLES as PHOTOGRAPHED
from tests.shipped_reader import read_page
from training.rendering.examples.__main__ import PHOTOS, PICTURES, STROKES, write_strokes
from training.rendering.examples.drawings import SIDE, make_drawings, write_svg
from training.rendering.examples.photos import make_photos

MOST_BYTES = 60_000


def levels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)


def test_the_committed_drawings_are_those_that_the_command_makes() -> None:
    drawings = make_drawings()
    assert STROKES.read_text() == write_strokes(drawings)
    for name, drawing in drawings.items():
        assert (PICTURES / f"{name}.svg").read_text() == write_svg(drawing)


def test_every_drawing_fits_the_canvas_and_has_a_button() -> None:
    drawings = json.loads(STROKES.read_text())
    assert set(drawings) == set(DRAWN)
    for drawing in drawings.values():
        points = np.concatenate(drawing["strokes"])
        assert points.min() >= drawing["pen"] / 2
        assert points.max() <= SIDE - drawing["pen"] / 2


@pytest.mark.parametrize("name", PHOTOGRAPHED)
def test_the_committed_photographs_are_small_and_those_that_the_command_makes(name: str) -> None:
    committed, small = (PHOTOS / f"{name}.jpg").read_bytes(), PICTURES / f"{name}.webp"
    assert len(committed) < MOST_BYTES
    assert small.stat().st_size < 6_000
    assert np.abs(levels(committed) - levels(make_photos()[name].data)).mean() < 2  # another release of a library


@pytest.mark.parametrize("name", PHOTOGRAPHED)
def test_the_reader_finds_every_digit_of_a_photograph(name: str) -> None:
    expected = "".join(sign for line in make_photos()[name].lines for sign in line if sign.isdigit())
    found = read_page((PHOTOS / f"{name}.jpg").read_bytes())
    assert len(found.digits) == len(expected)
