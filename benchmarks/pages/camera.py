"""A composed sheet → the picture of it: a screenshot, a scan or a photograph, and where the sheet's pixels went."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.pages.papers import make_clouds
from benchmarks.pages.truth import Box
from training.rendering.pages.sheet import Levels, Random

Grey = NDArray[np.uint8]  # (H, W)
Matrix = NDArray[np.float64]  # (3, 3): pixels of the sheet → pixels of the picture

NOISE_SIDE = 512  # pixels: noise is repeated after so many
TINTS = ((255, 255, 255), (255, 246, 214), (226, 240, 255), (222, 250, 226), (255, 226, 230))  # of the paper, RGB
INKS = ((0, 0, 0), (20, 30, 110), (10, 10, 60), (90, 20, 20))  # RGB


@dataclass(frozen=True)
class Shot:
    """A picture, how it is stored, and the matrix of its view."""

    picture: Grey
    matrix: Matrix
    jpeg_quality: int | None  # None: PNG


Camera = Callable[[Levels, Random], Shot]


def take_screenshot(levels: Levels, random: Random) -> Shot:
    """Every pixel as it is."""
    del random
    return Shot(to_grey(levels), np.eye(3), None)


def scan(levels: Levels, random: Random) -> Shot:
    """A scanner: slightly turned, a little noise; one in five is black and white only."""
    height, width = levels.shape
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), float(random.normal(0, 0.5)), 1.0)
    matrix = np.vstack([turned, [0, 0, 1]])
    edge = cv2.BORDER_REPLICATE
    seen = np.asarray(cv2.warpPerspective(levels, matrix, (width, height), borderMode=edge), np.float32)
    if random.random() < 0.2:
        return Shot(to_two_levels(seen), matrix, None)
    seen = blur(seen, random.uniform(0.3, 0.8))
    return Shot(to_grey(add_noise(seen, random.uniform(1, 4), random)), matrix, int(random.integers(70, 93)))


def photograph(levels: Levels, random: Random) -> Shot:
    """A phone: the whole sheet on a desk, seen at an angle, in uneven light."""
    height, width = levels.shape
    matrix = choose_view(width, height, random)
    desk = random.uniform(50, 200) + 6 * make_clouds(height, width, max(4, width // 40), random)
    mask = cv2.warpPerspective(np.ones_like(levels), matrix, (width, height))
    seen = cv2.warpPerspective(levels, matrix, (width, height)) + (1 - mask) * desk
    seen = blur(np.asarray(seen * make_light(height, width, random), np.float32), random.uniform(0.4, 0.9))
    return Shot(to_grey(add_noise(seen, random.uniform(1.5, 5), random)), matrix, int(random.integers(65, 92)))


def choose_view(width: int, height: int, random: Random) -> Matrix:
    """The corners of the sheet move inwards by up to 7 % of the picture, and the sheet is turned by a few degrees."""
    size = np.array([width, height], np.float32)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * size
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    seen = corners + inwards * random.uniform(0.01, 0.07, (4, 2)).astype(np.float32) * size
    angle = np.deg2rad(random.normal(0, 1.5))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    seen = (seen - size / 2) @ turn + size / 2
    return np.asarray(cv2.getPerspectiveTransform(corners, np.clip(seen, 0, size).astype(np.float32)), np.float64)


def make_light(height: int, width: int, random: Random) -> Levels:
    """The share of the light that arrives, 0.5..1: falling off to one side, and in half of the pictures a shadow."""
    corners = random.uniform(0.72, 1.0, (2, 2)).astype(np.float32)
    light = np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    if random.random() < 0.5:
        shadow = np.ones((height // 8 + 1, width // 8 + 1), np.float32)
        points = random.uniform(-0.2, 1.2, (4, 2)) * (shadow.shape[1], shadow.shape[0])
        cv2.fillConvexPoly(shadow, cv2.convexHull(points.round().astype(np.int32)), float(random.uniform(0.6, 0.85)))
        shadow = blur(shadow, random.uniform(0.8, 4))
        light = light * cv2.resize(shadow, (width, height), interpolation=cv2.INTER_LINEAR)
    return light


def blur(levels: NDArray[np.floating], sigma: float) -> Levels:
    """Out of focus by so many pixels."""
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), float(sigma)), np.float32)


def add_noise(levels: Levels, sigma: float, random: Random) -> Levels:
    """Noise of a sensor."""
    height, width = levels.shape
    tile = random.normal(0, sigma, (NOISE_SIDE, NOISE_SIDE)).astype(np.float32)
    return levels + np.tile(tile, (height // NOISE_SIDE + 1, width // NOISE_SIDE + 1))[:height, :width]


def to_two_levels(levels: Levels) -> Grey:
    """Black and white, divided by Otsu's threshold."""
    return np.asarray(cv2.threshold(to_grey(levels), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)


def to_grey(levels: NDArray[np.floating]) -> Grey:
    """Levels as whole numbers."""
    return np.asarray(levels.clip(0, 255).round(), np.uint8)


def move_box(box: Box, matrix: Matrix) -> Box:
    """The box around a box that was moved by the matrix."""
    left, top, right, bottom = box
    corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]]) @ matrix.T
    points = corners[:, :2] / corners[:, 2:]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def encode(shot: Shot, turns: int, random: Random) -> tuple[bytes, str]:
    """The picture as a file and its media type, turned anticlockwise by quarter turns.

    Half of the JPEGs have colours.
    """
    picture = np.ascontiguousarray(np.rot90(shot.picture, turns))
    if shot.jpeg_quality is None:
        return cv2.imencode(".png", picture)[1].tobytes(), "image/png"
    colours = tint(picture, random) if random.random() < 0.5 else picture
    return cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, shot.jpeg_quality])[1].tobytes(), "image/jpeg"


def tint(picture: Grey, random: Random) -> NDArray[np.uint8]:
    """(H, W, 3) BGR: dark levels get the colour of an ink, light levels that of a paper."""
    paper, ink = (np.array(colours[random.integers(len(colours))], np.float32) for colours in (TINTS, INKS))
    share = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    table = (ink * (1 - share) + paper * share).round().astype(np.uint8)  # (256, 3) RGB
    return np.ascontiguousarray(table[picture][:, :, ::-1])
