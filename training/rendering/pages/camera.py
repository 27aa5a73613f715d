"""A sheet → a picture of it and the marks there: a screenshot, a scan or a photograph, turned and at an angle."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rendering.pages.exposure import Grey, expose, scan
from training.rendering.pages.sheet import Box, Mark, Random, Sheet

CORNERS_INWARDS = 0.9  # corners of a moved box / their distance from its middle


@dataclass(frozen=True)
class View:
    """How a picture is taken. Lengths in pixels, angles in radians."""

    turn: float
    tilt: float  # displacement of the corners / the picture's size
    zoom: float
    exact: bool  # a screenshot: no blur, noise or compression


def choose_view(random: Random) -> View:
    """A screenshot, a scan or a photograph."""
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
        return scan(levels, random), [mark.move(-x, -y) for mark in sheet.marks]
    warped = cv2.warpPerspective(
        sheet.levels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    marks = [Mark(mark.sign, _move_box(mark.box, matrix)) for mark in sheet.marks]
    return expose(np.asarray(warped, np.float32), random), marks


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


def _move_box(box: Box, matrix: NDArray[np.float64]) -> Box:
    """The box around the moved ink. The moved corners lie outside a turned box's ink, so they are drawn inwards."""
    left, top, right, bottom = box
    cx, cy = (left + right) / 2, (top + bottom) / 2
    sides = [[left, cy, 1], [right, cy, 1], [cx, top, 1], [cx, bottom, 1]]
    corners = [[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]]
    moved = np.array(sides + corners) @ matrix.T
    moved = moved[:, :2] / moved[:, 2:]
    middle = moved[:4].mean(axis=0)
    inner = np.concatenate([moved[:4], middle + CORNERS_INWARDS * (moved[4:] - middle)])
    (x0, y0), (x1, y1) = inner.min(axis=0).tolist(), inner.max(axis=0).tolist()
    return x0, y0, x1, y1
