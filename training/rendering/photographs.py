"""Strokes → photographs of a page they were written on: JPEG of quality 40 to 90, longer side 400 to 1200 pixels.

The page is turned by up to 8°. The digit is 15 to 60 % of the shorter side long and anywhere; pencil, ballpoint,
fineliner or felt pen. Paper of 150 to 250 levels, tinted by up to 15 % a channel, with a grain; light that falls off
by up to 30 % along one direction and by up to 20 % to the corners, and in every fourth picture a soft shadow of 10 to
40 %. Blur of 0.5 to 1.8 pixels, sensor noise of 1 to 5 levels, partly coloured. Read through a global threshold
(Otsu's) about 43 % of them are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.strokes import Points, draw_strokes, place_strokes

Colour = NDArray[np.float32]  # (H, W, 3) or (3,), blue, green, red as OpenCV has them
Light = NDArray[np.float32]  # (H, W), 1 where all of it falls

SMALLEST, LARGEST = 400, 1200  # pixels, longer side of the picture
ASPECT = (0.56, 1.0)  # shorter over longer side; 9 : 16 is a phone's narrowest
DIGIT_SHARE = (0.15, 0.6)  # longer side of the digit over the shorter of the picture
TURN_DEG = 8.0
SLOPE, VIGNETTE = 0.3, 0.2  # most light that is lost along one direction and in the corners
SHADOWED = 0.25  # of the pictures
SHADOW = (0.1, 0.4)  # of the light, where its core lies
SHADOW_EDGE = (0.15, 0.8)  # over half the picture: how soft the shadow is
LIGHT_STEP = 8  # pixels; light is computed this coarsely
BLUR_PX = (0.5, 1.8)
NOISE = (1.0, 5.0)  # levels
QUALITY = (40, 91)


@dataclass(frozen=True)
class Pen:
    """`width`: of the line over the digit's longer side; `density`: share of the light that the ink takes."""

    width: tuple[float, float]
    density: tuple[float, float]
    grain: float  # share by which the paper's grain breaks the line up
    colours: tuple[tuple[int, int, int], ...]


PENS = (
    Pen((0.02, 0.05), (0.45, 0.8), 0.5, ((70, 66, 64),)),  # pencil
    Pen((0.015, 0.04), (0.6, 0.9), 0.1, ((120, 40, 25), (35, 32, 30), (40, 30, 150))),  # ballpoint
    Pen((0.03, 0.07), (0.8, 0.95), 0.0, ((30, 28, 28), (110, 45, 25))),  # fineliner
    Pen((0.07, 0.18), (0.8, 0.97), 0.0, ((30, 28, 28), (130, 50, 20), (40, 35, 170), (60, 100, 25))),  # felt pen
)


def take_photograph(strokes: Sequence[Points], random: np.random.Generator) -> bytes:
    """A JPEG file."""
    width, height = _choose_size(random)
    pen = PENS[random.integers(len(PENS))]
    size = min(width, height) * random.uniform(*DIGIT_SHARE)
    line = max(1.5, size * random.uniform(*pen.width))
    placed = place_strokes(turn(strokes, random.uniform(-TURN_DEG, TURN_DEG)), size, line, (width, height), random)
    ink = np.asarray(draw_strokes(placed, line, (width, height), oversampling=2), np.float32) / np.float32(255)
    page = _ink_on_paper(ink, pen, random) * cast_light(width, height, random)[..., None]
    return _expose(page, random)


def _choose_size(random: np.random.Generator) -> tuple[int, int]:
    """(width, height), lying or upright."""
    longer = int(random.integers(SMALLEST, LARGEST + 1))
    shorter = round(longer * random.uniform(*ASPECT))
    return (longer, shorter) if random.random() < 0.5 else (shorter, longer)


def turn(strokes: Sequence[Points], angle_deg: float) -> list[Points]:
    """Clockwise around the origin."""
    angle = np.deg2rad(angle_deg)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    return [stroke @ matrix for stroke in strokes]


def cast_light(width: int, height: int, random: np.random.Generator) -> Light:
    """(height, width): a slope, a vignette, and in every second picture a soft shadow."""
    y, x = np.mgrid[-1 : 1 : (height // LIGHT_STEP) * 1j, -1 : 1 : (width // LIGHT_STEP) * 1j].astype(np.float32)
    slope = 1 - random.uniform(0, SLOPE) * (_along(x, y, random) + 1) / 2
    vignette = 1 - random.uniform(0, VIGNETTE) * (x**2 + y**2) / 2
    edge = (_along(x, y, random) - random.uniform(-0.6, 0.6)) / random.uniform(*SHADOW_EDGE)
    shadow = 1 - random.uniform(*SHADOW) * (0.5 + edge.clip(-0.5, 0.5)) * (random.random() < SHADOWED)
    light = (slope * vignette * shadow).astype(np.float32)
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _along(x: Light, y: Light, random: np.random.Generator) -> Light:
    """-1 … 1 from one side of the picture to the other, in a random direction."""
    angle = random.uniform(0, 2 * np.pi)
    reach = abs(np.cos(angle)) + abs(np.sin(angle))
    return np.asarray((x * np.cos(angle) + y * np.sin(angle)) / reach, np.float32)


def _ink_on_paper(ink: Light, pen: Pen, random: np.random.Generator) -> Colour:
    """(H, W, 3) levels 0..255."""
    height, width = ink.shape
    noise = np.asarray(cv2.GaussianBlur(random.standard_normal((height, width), np.float32), (0, 0), 1.2), np.float32)
    grain = noise / np.float32(noise.std())
    tint = 1 - random.uniform(0, 0.15, 3).astype(np.float32)
    paper = random.uniform(150, 250) * tint + random.uniform(0, 3) * grain[..., None]
    colour = np.array(pen.colours[random.integers(len(pen.colours))], np.float32)
    cover = ink * random.uniform(*pen.density) * (1 + pen.grain * (grain.clip(-2, 0.5) - 0.5) / 2.5)
    return np.asarray(paper + cover[..., None] * (colour - paper), np.float32)


def _expose(page: Colour, random: np.random.Generator) -> bytes:
    """What the camera makes of it: lens, sensor, file."""
    sharp = cv2.GaussianBlur(page, (0, 0), random.uniform(*BLUR_PX))
    noise = random.uniform(*NOISE)
    grey_noise = random.standard_normal((*sharp.shape[:2], 1), np.float32)
    colour_noise = random.standard_normal(sharp.shape, np.float32)
    levels = (sharp + noise * (0.8 * grey_noise + 0.6 * colour_noise)).clip(0, 255).round().astype(np.uint8)
    return bytes(cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(*QUALITY))])[1])
