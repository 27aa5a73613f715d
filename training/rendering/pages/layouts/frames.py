"""Frames and grids as printers set them: boxes, rounded boxes, combs, double frames.

Places come in, lines on a layer go out. Layouts with digits and empty forms share them.
"""

import cv2
import numpy as np

from training.rendering.pages.sheet import Box, Layer

# A shape is a number: up to PLAIN it is a plain box, then a rounded one, a comb, two frames, and a line below.
PLAIN, ROUNDED, COMB, NESTED = 0.6, 0.74, 0.88, 0.96


def draw_frame(layer: Layer, box: Box, shape: float, line: int) -> None:
    """One frame of a shape between 0 and 1, with lines `line` pixels wide."""
    left, top, right, bottom = (round(value) for value in box)
    if shape < PLAIN or right - left < 6:
        cv2.rectangle(layer, (left, top), (right, bottom), 255, line, cv2.LINE_AA)
    elif shape < ROUNDED:
        _draw_rounded(layer, left, top, right, bottom, line)
    elif shape < COMB:
        tooth = round(top + 0.6 * (bottom - top))
        comb = np.array([(left, tooth), (left, bottom), (right, bottom), (right, tooth)], np.int32)
        cv2.polylines(layer, [comb], False, 255, line, cv2.LINE_AA)
    elif shape < NESTED:
        cv2.rectangle(layer, (left, top), (right, bottom), 255, line, cv2.LINE_AA)
        inset = line + max(2, min(right - left, bottom - top) // 10)
        cv2.rectangle(layer, (left + inset, top + inset), (right - inset, bottom - inset), 255, 1, cv2.LINE_AA)
    else:
        cv2.line(layer, (left, bottom), (right, bottom), 255, line, cv2.LINE_AA)


def _draw_rounded(layer: Layer, left: int, top: int, right: int, bottom: int, line: int) -> None:
    """A box with round corners, of straight lines through points on the corners."""
    reach = max(1, min(right - left, bottom - top) // 4)
    corners = [(right - reach, bottom - reach), (left + reach, bottom - reach), (left + reach, top + reach)]
    corners.append((right - reach, top + reach))
    angles = np.linspace(0, np.pi / 2, 5)
    points = []
    for quarter, corner in enumerate(corners):
        turned = angles + quarter * np.pi / 2
        points.append(np.stack([np.cos(turned), np.sin(turned)], 1) * reach + corner)
    outline = np.concatenate(points).round().astype(np.int32)
    cv2.polylines(layer, [outline], True, 255, line, cv2.LINE_AA)


def draw_grid(
    layer: Layer,
    corner: tuple[float, float],
    cell: tuple[float, float],
    count: tuple[int, int],
    lines: tuple[int, int],
    block: int,
) -> None:
    """Lines of a grid with `count` columns and rows; every `block`-th line has the second width of `lines`."""
    thin, thick = lines
    right, bottom = round(corner[0] + count[0] * cell[0]), round(corner[1] + count[1] * cell[1])
    for column in range(count[0] + 1):
        x = round(corner[0] + column * cell[0])
        cv2.line(layer, (x, round(corner[1])), (x, bottom), 255, thin if column % block else thick, cv2.LINE_AA)
    for row in range(count[1] + 1):
        y = round(corner[1] + row * cell[1])
        cv2.line(layer, (round(corner[0]), y), (right, y), 255, thin if row % block else thick, cv2.LINE_AA)
