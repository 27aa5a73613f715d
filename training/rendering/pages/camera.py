"""A sheet → a picture of it: turned, seen at an angle, shaded, blurred, noisy, compressed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.sheet import Levels, Mark, Random, Sheet

Grey = NDArray[np.uint8]  # (H, W)


@dataclass(frozen=True)
class View:
    """How a picture is taken. Lengths in pixels, angles in radians."""

    turn: float
    tilt: float  # displacement of the corners / the picture's size
    zoom: float
    exact: bool  # a screenshot: no blur, noise or compression


def choose_view(random: Random) -> View:
    """A scan, a screenshot or a photograph."""
    kind = random.random()
    if kind < 0.3:
        return View(0.0, 0.0, 1.0, exact=True)
    if kind < 0.55:
        return View(float(random.normal(0, 0.015)), 0.0, 1.0, exact=False)
    turn = random.normal(0, 0.06) if random.random() < 0.85 else random.uniform(-0.26, 0.26)
    return View(float(turn), float(random.uniform(0, 0.06)), float(random.uniform(0.9, 1.15)), exact=False)


def take_picture(sheet: Sheet, size: tuple[int, int], view: View, random: Random) -> tuple[Grey, list[Mark]]:
    """The middle of the sheet as a picture (height, width) in grey levels, and the marks on it, some partly outside."""
    height, width = size
    matrix = _choose_matrix((sheet.height, sheet.width), size, view, random)
    if view.exact:
        x, y = (sheet.width - width) // 2, (sheet.height - height) // 2
        levels = sheet.levels[y : y + height, x : x + width].copy()
        marks = [Mark(m.sign, (m.box[0] - x, m.box[1] - y, m.box[2] - x, m.box[3] - y)) for m in sheet.marks]
        return _finish_scan(levels, random), marks
    levels = np.asarray(
        cv2.warpPerspective(sheet.levels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    return _expose(levels, random), [Mark(mark.sign, _move(mark.box, matrix)) for mark in sheet.marks]


def _choose_matrix(sheet: tuple[int, int], size: tuple[int, int], view: View, random: Random) -> NDArray[np.float64]:
    """(3, 3): pixels of the sheet → pixels of the picture."""
    height, width = size
    cos, sin = np.cos(view.turn) * view.zoom, np.sin(view.turn) * view.zoom
    middle = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    before = np.array([[1, 0, -sheet[1] / 2], [0, 1, -sheet[0] / 2], [0, 0, 1]])
    lean = random.uniform(-view.tilt, view.tilt, 2) / (max(size) / 2)
    perspective = np.array([[1, 0, 0], [0, 1, 0], [lean[0], lean[1], 1]])
    after = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    return np.asarray(after @ perspective @ middle @ before)


def _move(box: tuple[float, float, float, float], matrix: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The box around the moved box. It is slightly too large for a turned box, so the corners are drawn inwards."""
    left, top, right, bottom = box
    cx, cy = (left + right) / 2, (top + bottom) / 2
    points = np.array([[left, cy, 1], [right, cy, 1], [cx, top, 1], [cx, bottom, 1], [left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]])
    moved = points @ matrix.T
    moved = moved[:, :2] / moved[:, 2:]
    inner = np.concatenate([moved[:4], moved[:4].mean(axis=0) + 0.9 * (moved[4:] - moved[:4].mean(axis=0))])
    return float(inner[:, 0].min()), float(inner[:, 1].min()), float(inner[:, 0].max()), float(inner[:, 1].max())


def _finish_scan(levels: Levels, random: Random) -> Grey:
    """A scan or a screenshot: sometimes noise, sometimes only two levels, else as it is."""
    kind = random.random()
    if kind < 0.1:
        levels = np.where(levels > random.uniform(0.55, 0.8) * np.median(levels), np.float32(255), np.float32(0))
    elif kind < 0.3:
        levels = levels + random.normal(0, random.uniform(1, 8), levels.shape).astype(np.float32)
    return np.asarray(levels.clip(0, 255).round(), np.uint8)


def _expose(levels: Levels, random: Random) -> Grey:
    """Light, lens, sensor and JPEG."""
    height, width = levels.shape
    if random.random() < 0.7:
        corners = random.uniform(0.55 if random.random() < 0.3 else 0.8, 1.0, (2, 3)).astype(np.float32)
        levels = levels * cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.12:
        levels = _cast_shadow(levels, random)
    kind = random.random()
    if kind < 0.25:  # a picture of few pixels, enlarged
        share = random.uniform(0.4, 0.75)
        small = cv2.resize(levels, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
        levels = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    elif kind < 0.75:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), random.uniform(0.4, 1.5)), np.float32)
    elif kind < 0.8:  # a camera that moved
        length = int(random.integers(2, 5))
        kernel = np.eye(length, dtype=np.float32) / length if random.random() < 0.5 else np.full((1, length), 1 / length, np.float32)
        levels = np.asarray(cv2.filter2D(levels, -1, kernel), np.float32)
    if random.random() < 0.25:  # a phone that sharpens
        levels = levels + random.uniform(0.3, 1.2) * (levels - cv2.GaussianBlur(levels, (0, 0), 1.2))
    levels = levels + random.normal(0, random.uniform(0.5, 7), levels.shape).astype(np.float32)
    gain = random.uniform(0.6, 1.1)
    picture = np.asarray((levels * gain).clip(0, 255), np.uint8)
    if random.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 95))]
        picture = np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture


def _cast_shadow(levels: Levels, random: Random) -> Levels:
    """A shadow with a hard or soft edge."""
    height, width = levels.shape
    mask = np.ones((height, width), np.float32)
    points = (random.uniform(-0.3, 1.3, (3, 2)) * (width, height)).astype(np.int32)
    cv2.fillPoly(mask, [points], float(random.uniform(0.4, 0.85)))
    return np.asarray(levels * cv2.GaussianBlur(mask, (0, 0), random.uniform(0.8, 8)), np.float32)
