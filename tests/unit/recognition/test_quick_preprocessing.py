"""`preprocess_quickly` gives the same image as `preprocess`, or says that the drawing takes longer."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.recognition.errors import BlankDrawingError, TakesLongError
from shared.recognition.preprocessing import preprocess, preprocess_quickly

NOISE = np.random.default_rng(1)


def draw(paper: str = "white", ink: str = "black", side: int = 280, mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, (side, side), paper)
    ImageDraw.Draw(picture).line([(80, 60), (200, 60), (120, 220)], fill=ink, width=20)
    return picture


def encode(picture: Image.Image, file_format: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


@pytest.mark.parametrize(
    "picture",
    [draw(), draw("black", "white"), draw("#20302C", "#FFFFFF"), draw("#00000000", "#000000FF", mode="RGBA")],
)
def test_a_drawing_on_flat_paper_gives_the_same_image(picture: Image.Image) -> None:
    assert (preprocess_quickly(encode(picture)) == preprocess(encode(picture))).all()


def test_a_photograph_takes_longer() -> None:
    light = np.linspace(120, 250, 280)[None, :, None] * np.ones((280, 280, 3))
    noisy = (light * np.asarray(draw()) / 255 + NOISE.normal(0, 4, (280, 280, 3))).clip(0, 255).astype(np.uint8)
    with pytest.raises(TakesLongError):
        preprocess_quickly(encode(Image.fromarray(noisy)))


@pytest.mark.parametrize("data", [encode(draw(side=1000)), encode(draw(), "WEBP") + bytes(100_000), b"no picture"])
def test_a_file_that_is_large_or_no_picture_takes_longer(data: bytes) -> None:
    with pytest.raises(TakesLongError):
        preprocess_quickly(data)


def test_a_blank_drawing_is_blank() -> None:
    with pytest.raises(BlankDrawingError):
        preprocess_quickly(encode(Image.new("RGB", (280, 280), "white")))
