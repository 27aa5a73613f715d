"""A digit on photographed paper gives about the same image as the drawn digit, in any light."""

import contextlib
import io
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.recognition.cutout import Cutout
from shared.recognition.decoding import decode_drawing
from shared.recognition.errors import BlankDrawingError
from shared.recognition.ink import find_ink
from shared.recognition.paper import measure_contrast
from shared.recognition.preprocessing import preprocess

WIDTH, HEIGHT = 640, 480
SEVEN = [(0.0, 0.0), (0.7, 0.0), (0.25, 1.0)]
Light = Callable[[np.ndarray, np.ndarray], np.ndarray]

LIGHTS: dict[str, Light] = {  # x and y in 0..1 → the share of the full light
    "slope": lambda x, y: 1 - 0.6 * x,
    "vignette": lambda x, y: 1 - 0.8 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
    "hard shadow": lambda x, y: np.where(x + 0.5 * y > 0.7, 0.5, 1.0),
    "shadow of a corner": lambda x, y: np.where((x > 0.6) & (y > 0.55), 0.5, 1.0),
}


def draw_ink(
    left: float = 240, top: float = 140, size: float = 160, pen: int = 9, shape: tuple[int, int] = (WIDTH, HEIGHT)
) -> np.ndarray:
    """A seven as ink, (H, W) in 0..1."""
    mask = Image.new("L", (shape[0] * 4, shape[1] * 4))
    points = [((left + x * size) * 4, (top + y * size) * 4) for x, y in SEVEN]
    ImageDraw.Draw(mask).line(points, fill=255, width=pen * 4, joint="curve")
    return np.asarray(mask.reduce(4), float) / 255


def take(ink: np.ndarray, light: Light = LIGHTS["slope"], noise: float = 3, contrast: float = 0.7) -> bytes:
    """A JPEG file of the photographed ink. `noise` in grey levels, `contrast` as a share of the light."""
    height, width = ink.shape
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    levels = 210 * light(x, y) * (1 - contrast * ink) + np.random.default_rng(0).normal(0, noise, ink.shape)
    file = io.BytesIO()
    Image.fromarray(levels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


def assert_alike(image: np.ndarray, other: np.ndarray, tolerance: float = 40) -> None:
    """Compares the mean difference of the inked pixels, in grey levels. One image may be moved by a pixel."""
    shifts = [np.roll(image, shift, (0, 1)) for shift in product((-1, 0, 1), repeat=2)]
    differences = [np.abs(shifted.astype(float) - other)[(shifted > 0) | (other > 0)].mean() for shifted in shifts]
    assert min(differences) < tolerance


def drawn() -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray((255 - draw_ink() * 255).astype(np.uint8)).save(file, "PNG")
    return preprocess(file.getvalue())


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS.keys())
def test_light_does_not_matter(light: Light) -> None:
    assert_alike(preprocess(take(draw_ink(), light)), drawn())


@pytest.mark.parametrize(("left", "top"), [(12, 12), (500, 12), (12, 300), (500, 300)])
def test_place_does_not_matter(left: float, top: float) -> None:
    assert_alike(preprocess(take(draw_ink(left, top))), drawn())


def test_a_pencil_on_noisy_paper_is_found() -> None:
    assert_alike(preprocess(take(draw_ink(pen=4), noise=6, contrast=0.3)), drawn(), tolerance=60)


def test_chalk_on_a_board_is_read_like_ink_on_paper() -> None:
    chalk = Image.open(io.BytesIO(take(draw_ink()))).point(lambda level: 255 - level)
    file = io.BytesIO()
    chalk.save(file, "JPEG", quality=85)
    assert_alike(preprocess(file.getvalue()), drawn())


def test_a_tight_crop_of_a_thick_pen_is_read() -> None:
    crop = draw_ink(left=20, top=20, size=200, pen=34, shape=(180, 240))
    assert_alike(preprocess(take(crop)), preprocess(take(draw_ink(size=200, pen=34))))


def test_a_speck_far_from_the_digit_is_not_ink() -> None:
    ink = draw_ink()
    ink[20:29, 20:29] = 1
    assert_alike(preprocess(take(ink)), drawn())


def test_paper_without_ink_is_blank() -> None:
    for light in ("slope", "vignette", "hard shadow"):
        with pytest.raises(BlankDrawingError):
            preprocess(take(np.zeros((HEIGHT, WIDTH)), LIGHTS[light]))


def test_a_drawing_is_not_mistaken_for_a_photograph() -> None:
    file = io.BytesIO()
    Image.fromarray((255 - draw_ink(pen=30) * 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    assert not measure_contrast(decode_drawing(file.getvalue())).photographed
    assert measure_contrast(decode_drawing(take(draw_ink()))).photographed


@pytest.mark.parametrize("shape", [(2, 2), (2, 40), (5, 3), (40, 2)])
def test_a_tiny_noisy_picture_is_blank_or_read(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    with contextlib.suppress(BlankDrawingError):
        assert find_ink(Cutout.whole(noise)).max() > 0
