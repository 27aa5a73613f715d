"""The measures of ink say with what a digit was drawn, whatever its picture is."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink_measures import measure_image, measure_ink
from shared.recognition.preprocessing import preprocess

INK = {"black": (0, 0, 0, 255), "grey": (180, 180, 180, 255)}


def draw_seven(*, pen: int = 20, longer: int = 200, ink: str = "black", paper: str = "white") -> bytes:
    """Return a PNG of 280×280 with a seven. The line grows on both sides, so its path is shorter."""
    picture = Image.new("RGBA", (280, 280), (255, 255, 255, 255) if paper == "white" else (0, 0, 0, 0))
    top, bottom = (280 - longer + pen) // 2, (280 + longer - pen) // 2
    path = [(120, top), (160, top), (135, bottom)]
    ImageDraw.Draw(picture).line(path, INK[ink], pen, "curve")
    for x, y in path:
        ImageDraw.Draw(picture).ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), INK[ink])
    return encode(picture)


def encode(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("pen", [10, 20, 30])
def test_the_line_width_is_that_of_the_pen_in_the_image(pen: int) -> None:
    assert measure_ink(draw_seven(pen=pen)).line_width == pytest.approx(pen * 20 / 200, abs=0.25)


def test_a_thin_line_is_measured_before_it_is_thickened() -> None:
    thin = draw_seven(pen=6)
    assert measure_ink(thin).line_width < 1
    assert measure_image(preprocess(thin)) > 1.6


@pytest.mark.parametrize("paper", ["white", "transparent"])
@pytest.mark.parametrize("longer", [80, 200])
def test_the_size_is_the_share_of_the_picture(longer: int, paper: str) -> None:
    assert measure_ink(draw_seven(longer=longer, paper=paper)).size == pytest.approx(longer / 280, abs=0.02)


def test_pale_ink_has_less_contrast() -> None:
    assert measure_ink(draw_seven()).darkness == pytest.approx(1, abs=0.02)
    assert measure_ink(draw_seven(ink="grey")).darkness == pytest.approx(75 / 255, abs=0.02)


def test_a_photograph_is_measured_although_it_is_reduced() -> None:
    page = np.asarray(Image.open(io.BytesIO(draw_seven(pen=24))).convert("L").resize((1400, 1400)), np.float64)
    light = np.linspace(0.6, 0.9, 1400)[None, :] * (1 - 0.5 * (255 - page) / 255)
    noise = np.random.default_rng(1).normal(0, 4, page.shape)
    measured = measure_ink(encode(Image.fromarray((255 * light + noise).clip(0, 255).astype(np.uint8))))
    assert measured.size == pytest.approx(200 / 280, abs=0.03)
    assert measured.line_width == pytest.approx(2.4, abs=0.4)
    assert measured.darkness == pytest.approx(0.5, abs=0.08)


def test_a_blank_picture_has_no_ink_to_measure() -> None:
    with pytest.raises(BlankDrawingError):
        measure_ink(encode(Image.new("L", (100, 100), 255)))
