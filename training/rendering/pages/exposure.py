"""Grey levels of a scene → the picture that a scanner or a camera makes of them: light, lens, sensor, JPEG."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.sheet import Levels, Random

Grey = NDArray[np.uint8]  # (H, W)

CORNER_SHARE = 0.15  # of the photographs
LEAST_SIDE = 8  # pixels of a picture of few pixels


def scan(levels: Levels, random: Random) -> Grey:
    """A scan or a screenshot: sometimes noise, sometimes only two levels, else as it is."""
    kind = random.random()
    if kind < 0.1:
        levels = np.where(levels > random.uniform(0.65, 0.85) * np.median(levels), np.float32(255), np.float32(0))
    elif kind < 0.3:
        levels = levels + random.normal(0, random.uniform(1, 8), levels.shape).astype(np.float32)
    return np.asarray(levels.clip(0, 255).round(), np.uint8)


def expose(levels: Levels, random: Random) -> Grey:
    """A photograph: light, lens, sensor and JPEG."""
    levels = _blur(_light(levels, random), random)
    if random.random() < 0.25:  # a phone that sharpens
        levels = levels + random.uniform(0.3, 1.2) * (levels - cv2.GaussianBlur(levels, (0, 0), 1.2))
    levels = levels + random.normal(0, random.uniform(0.5, 7), levels.shape).astype(np.float32)
    gain = random.uniform(0.6, 1.1)
    picture = np.asarray((levels * gain).clip(0, 255), np.uint8)
    return _compress(picture, int(random.integers(20, 92))) if random.random() < 0.6 else picture


def _light(levels: Levels, random: Random) -> Levels:
    """Light that is not the same everywhere, and sometimes a shadow."""
    height, width = levels.shape
    if random.random() < 0.7:
        corners = random.uniform(0.55 if random.random() < 0.3 else 0.8, 1.0, (2, 3)).astype(np.float32)
        levels = levels * cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    if random.random() < CORNER_SHARE:
        levels = _darken_corner(levels, random)
    return _cast_shadow(levels, random) if random.random() < 0.12 else levels


def _darken_corner(levels: Levels, random: Random) -> Levels:
    """The shadow of a phone or a hand over one corner or edge, darkest there."""
    height, width = levels.shape
    small = np.ones((5, 7), np.float32)
    row, column = int(random.choice([0, 2, 4])), int(random.choice([0, 6]))
    small[row, column] = random.uniform(0.25, 0.6)
    small = cv2.GaussianBlur(small, (0, 0), random.uniform(0.5, 1.1)) ** random.uniform(1, 3)
    return np.asarray(
        levels * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).clip(0.2, 1), np.float32
    )


def _cast_shadow(levels: Levels, random: Random) -> Levels:
    """A shadow with a hard or soft edge."""
    height, width = levels.shape
    mask = np.ones((height, width), np.float32)
    points = (random.uniform(-0.3, 1.3, (3, 2)) * (width, height)).astype(np.int32)
    cv2.fillPoly(mask, [points], float(random.uniform(0.4, 0.85)))
    return np.asarray(levels * cv2.GaussianBlur(mask, (0, 0), random.uniform(0.8, 8)), np.float32)


def _blur(levels: Levels, random: Random) -> Levels:
    """A picture of few pixels, enlarged; or out of focus; or by a camera that moved; or sharp."""
    kind = random.random()
    if kind < 0.25:
        return _enlarge(levels, random.uniform(0.4, 0.75))
    if kind < 0.75:
        return np.asarray(cv2.GaussianBlur(levels, (0, 0), random.uniform(0.4, 1.5)), np.float32)
    if kind < 0.8:
        length = int(random.integers(2, 5))
        aslant = random.random() < 0.5
        kernel = np.eye(length, dtype=np.float32) if aslant else np.ones((1, length), np.float32)
        return np.asarray(cv2.filter2D(levels, -1, kernel / length), np.float32)
    return levels


def _enlarge(levels: Levels, share: float) -> Levels:
    """Reduce the picture to that share of its size and enlarge it again."""
    height, width = levels.shape
    size = (max(LEAST_SIDE, int(width * share)), max(LEAST_SIDE, int(height * share)))
    small = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _compress(picture: Grey, quality: int) -> Grey:
    _, file = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)
