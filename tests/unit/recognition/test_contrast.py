"""On flat paper, measuring the counts of the grey levels gives the same result as measuring the pixels."""

import cv2
import numpy as np
import pytest

from shared.recognition.contrast import STD_PER_MEDIAN, LevelContrast, PixelContrast
from shared.recognition.cutout import Cutout
from shared.recognition.ink import find_ink
from shared.recognition.paper import measure_contrast


def draw_ring(paper: int = 255, ink: int = 0, width: int = 12, jpeg_quality: int | None = None) -> np.ndarray:
    """(200, 240) uint8, anti-aliased."""
    picture = np.full((200, 240), paper, np.uint8)
    cv2.ellipse(picture, (110, 90), (40, 60), 0, 0, 360, ink, width, cv2.LINE_AA)
    if jpeg_quality is None:
        return picture
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])[1]
    return cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)


def outline_ring() -> np.ndarray:
    """A ring in two tones, of which the threshold selects one as the stroke."""
    picture = draw_ring(ink=120, width=16)
    cv2.ellipse(picture, (110, 90), (40, 60), 0, 0, 360, 30, 5, cv2.LINE_AA)
    return picture


PICTURES = {
    "black on white": draw_ring(),
    "white on black": draw_ring(paper=0, ink=255),
    "faint": draw_ring(paper=120, ink=150),
    "thick": draw_ring(width=60),
    "JPEG": draw_ring(paper=240, ink=30, jpeg_quality=40),
    "two tones": outline_ring(),
    "framed": np.pad(draw_ring(), 3),  # the pixels around the cutout are ink
}


def measure_pixels(grey: np.ndarray, flat: LevelContrast) -> PixelContrast:
    """The same contrast, pixel by pixel."""
    return PixelContrast(flat.levels[grey], flat.noise, photographed=False)


@pytest.mark.parametrize("grey", PICTURES.values(), ids=PICTURES.keys())
def test_counts_and_pixels_give_the_same_ink(grey: np.ndarray) -> None:
    flat = measure_contrast(Cutout.of(grey))
    assert isinstance(flat, LevelContrast)
    pixels = measure_pixels(grey, flat)
    assert np.array_equal(flat.find_strong(7), pixels.find_strong(7))
    assert np.array_equal(flat.make_ink(1.5, 60).fill(), pixels.make_ink(1.5, 60).pixels)


@pytest.mark.parametrize("grey", PICTURES.values(), ids=PICTURES.keys())
def test_noise_of_flat_paper_comes_from_the_median_distance_to_it(grey: np.ndarray) -> None:
    noisy = grey.astype(np.int16)
    noisy[np.random.default_rng(0).random(grey.shape) < 0.45] += 1
    flat = measure_contrast(Cutout.of(noisy.clip(0, 255).astype(np.uint8)))
    assert isinstance(flat, LevelContrast)
    distance = np.abs(flat.levels[noisy.clip(0, 255)])
    assert flat.noise == STD_PER_MEDIAN * np.median(distance[distance <= 6])


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "framed"])
def test_full_ink_is_the_median_of_the_upper_of_two_groups(name: str) -> None:
    flat = measure_contrast(Cutout.of(PICTURES[name]))
    assert isinstance(flat, LevelContrast)
    strong = flat.find_strong(max(7.0, 2.5 * flat.noise))
    threshold, _ = cv2.threshold(strong.astype(np.uint8).reshape(1, -1), 0, 255, cv2.THRESH_OTSU)
    stroke_level = float(np.median(strong[strong >= threshold]))
    expected = measure_pixels(PICTURES[name], flat).make_ink(min(2 * flat.noise, stroke_level / 4), stroke_level)
    assert find_ink(Cutout.of(PICTURES[name])).sum() == pytest.approx(expected.pixels.sum(), rel=1e-3)
