"""Draws strokes as if a person wrote them on paper and photographed the page. The result is a JPEG file.

The picture's longer side is 400 to 1200 pixels. The digit is 15 to 60 % as long as the shorter side, turned by up to
8°, at any place, written with a pencil, ballpoint, fineliner or felt pen. The paper is grey to white, slightly tinted
and grainy. The light is uneven, and a quarter of the pictures have a soft shadow. Then come blur, sensor noise and
JPEG compression. These pictures are hard: with one global threshold (Otsu), only 43 % are read correctly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.strokes import Points, draw_strokes, place_strokes

Colour = NDArray[np.float32]  # (H, W, 3) or (3,): blue, green and red levels 0..255, OpenCV's order
Light = NDArray[np.float32]  # (H, W): share of the full light, 0..1

# All set by hand, to look like photographs from phones.
SMALLEST, LARGEST = 400, 1200  # longer side of the picture, in pixels
ASPECT = (0.56, 1.0)  # shorter side / longer side; 9:16 is the narrowest format of phones
DIGIT_SHARE = (0.15, 0.6)  # longer side of the digit / shorter side of the picture
MAX_TURN_DEG = 8.0
MAX_SLOPE, MAX_VIGNETTE = 0.3, 0.2  # share of the light lost along one direction, and in the corners
SHADOWED_SHARE = 0.25  # share of the pictures
SHADOW_DEPTH = (0.1, 0.4)  # share of the light that the shadow takes
SHADOW_EDGE = (0.15, 0.8)  # width of the shadow's soft edge / half the picture
LIGHT_STEP_PX = 8  # light is computed for every eighth pixel, to save time
BLUR_PX = (0.5, 1.8)
NOISE_LEVELS = (1.0, 5.0)  # standard deviation, of 255
JPEG_QUALITY = (40, 91)
MIN_LINE_PX = 1.5


@dataclass(frozen=True)
class PenKind:
    """`width`: line width / longer side of the digit. `density`: share of the light that the ink absorbs."""

    width: tuple[float, float]
    density: tuple[float, float]
    grain: float  # how much the paper's grain breaks the line up, 0..1
    colours: tuple[tuple[int, int, int], ...]


PENS = (
    PenKind((0.02, 0.05), (0.45, 0.8), 0.5, ((70, 66, 64),)),  # pencil
    PenKind((0.015, 0.04), (0.6, 0.9), 0.1, ((120, 40, 25), (35, 32, 30), (40, 30, 150))),  # ballpoint
    PenKind((0.03, 0.07), (0.8, 0.95), 0.0, ((30, 28, 28), (110, 45, 25))),  # fineliner
    PenKind((0.07, 0.18), (0.8, 0.97), 0.0, ((30, 28, 28), (130, 50, 20), (40, 35, 170), (60, 100, 25))),  # felt pen
)


def take_photograph(strokes: Sequence[Points], random: np.random.Generator) -> bytes:
    """Write the strokes on a page and photograph it. The result is a JPEG file."""
    width, height = _choose_size(random)
    pen = PENS[random.integers(len(PENS))]
    size_px = min(width, height) * random.uniform(*DIGIT_SHARE)
    line_px = max(MIN_LINE_PX, size_px * random.uniform(*pen.width))
    turned = _turn_strokes(strokes, random.uniform(-MAX_TURN_DEG, MAX_TURN_DEG))
    placed = place_strokes(turned, size_px, line_px, (width, height), random)
    ink = np.asarray(draw_strokes(placed, line_px, (width, height), oversampling=2), np.float32) / np.float32(255)
    page = _put_ink_on_paper(ink, pen, random) * _cast_light(width, height, random)[..., None]  # (H, W, 3)
    return _take_picture(page, random)


def _choose_size(random: np.random.Generator) -> tuple[int, int]:
    """Return (width, height) in pixels, landscape or portrait."""
    longer = int(random.integers(SMALLEST, LARGEST + 1))
    shorter = round(longer * random.uniform(*ASPECT))
    return (longer, shorter) if random.random() < 0.5 else (shorter, longer)


def _turn_strokes(strokes: Sequence[Points], angle_deg: float) -> list[Points]:
    """Turn the strokes clockwise around the origin."""
    angle = np.deg2rad(angle_deg)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    return [stroke @ matrix for stroke in strokes]


def _cast_light(width: int, height: int, random: np.random.Generator) -> Light:
    """Return light (height, width) that fades to one side and to the corners, and sometimes has a soft shadow."""
    y, x = np.mgrid[-1 : 1 : (height // LIGHT_STEP_PX) * 1j, -1 : 1 : (width // LIGHT_STEP_PX) * 1j].astype(np.float32)
    slope = 1 - random.uniform(0, MAX_SLOPE) * (_make_ramp(x, y, random) + 1) / 2
    vignette = 1 - random.uniform(0, MAX_VIGNETTE) * (x**2 + y**2) / 2
    edge = (_make_ramp(x, y, random) - random.uniform(-0.6, 0.6)) / random.uniform(*SHADOW_EDGE)
    depth = random.uniform(*SHADOW_DEPTH)
    shadow = 1 - depth * (0.5 + edge.clip(-0.5, 0.5)) * (random.random() < SHADOWED_SHARE)
    light = (slope * vignette * shadow).astype(np.float32)
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _make_ramp(x: Light, y: Light, random: np.random.Generator) -> Light:
    """x and y (H, W) in -1..1 → (H, W), rising from -1 at one side of the picture to 1 at the other."""
    angle = random.uniform(0, 2 * np.pi)
    reach = abs(np.cos(angle)) + abs(np.sin(angle))
    return np.asarray((x * np.cos(angle) + y * np.sin(angle)) / reach, np.float32)


def _put_ink_on_paper(ink: Light, pen: PenKind, random: np.random.Generator) -> Colour:
    """ink (H, W) in 0..1 → (H, W, 3) levels 0..255 of the page in full light."""
    height, width = ink.shape
    noise = np.asarray(cv2.GaussianBlur(random.standard_normal((height, width), np.float32), (0, 0), 1.2), np.float32)
    grain = noise / np.float32(noise.std())
    tint = 1 - random.uniform(0, 0.15, 3).astype(np.float32)
    paper = random.uniform(150, 250) * tint + random.uniform(0, 3) * grain[..., None]
    colour = np.array(pen.colours[random.integers(len(pen.colours))], np.float32)
    cover = ink * random.uniform(*pen.density) * (1 + pen.grain * (grain.clip(-2, 0.5) - 0.5) / 2.5)
    return np.asarray(paper + cover[..., None] * (colour - paper), np.float32)


def _take_picture(page: Colour, random: np.random.Generator) -> bytes:
    """Blur the page as a lens does, add the sensor's noise, and encode a JPEG file."""
    blurred = cv2.GaussianBlur(page, (0, 0), random.uniform(*BLUR_PX))
    noise = random.uniform(*NOISE_LEVELS)
    grey_noise = random.standard_normal((*blurred.shape[:2], 1), np.float32)
    colour_noise = random.standard_normal(blurred.shape, np.float32)
    levels = (blurred + noise * (0.8 * grey_noise + 0.6 * colour_noise)).clip(0, 255).round().astype(np.uint8)
    return bytes(cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(*JPEG_QUALITY))])[1])
