"""Paper before anything is written on it, and the guides that are printed on it.

Both are made from nothing but a size and random numbers: flat or textured paper, security patterns, rules, dots.
"""

import cv2
import numpy as np

from training.rendering.pages.patterns import make_pattern
from training.rendering.pages.sheet import Layer, Levels, Random, Sheet

GUIDES_SHARE = 0.42  # of the sheets
FOLDED_SHARE = 0.1  # of the sheets that are not flat
PATTERN_LEVELS = (4, 45)  # grey levels between a pattern and its paper


def make_paper(height: int, width: int, random: Random) -> Levels:
    """Grey levels of empty paper: flat, or shaded and textured."""
    level = float(random.uniform(235, 255) if random.random() < 0.45 else random.uniform(110, 250))
    paper = np.full((height, width), level, np.float32)
    kind = random.random()
    if kind < 0.30:
        return paper
    if random.random() < FOLDED_SHARE:
        _fold(paper, random)
    paper += random.normal(0, random.uniform(0.5, 4), (height, width)).astype(np.float32)
    if kind < 0.5:
        paper += _make_clouds(height, width, random) * random.uniform(3, 18)
    elif kind < 0.76:
        paper -= make_pattern(height, width, random) * random.uniform(*PATTERN_LEVELS)
    return paper


def _make_clouds(height: int, width: int, random: Random) -> Levels:
    """Soft noise with a standard deviation of about 1, as in recycled paper."""
    cell = int(random.integers(3, 24))
    small = random.normal(0, 1, (height // cell + 2, width // cell + 2)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _fold(paper: Levels, random: Random) -> None:
    """One to three folds: a dark or light crease, and a little more or less light on one side of each."""
    for _ in range(int(random.integers(1, 4))):
        turned = paper.T if random.random() < 0.5 else paper
        across, along = turned.shape
        place = random.uniform(0, across) + np.linspace(0, random.normal(0, 0.06) * along, along)
        near = np.arange(across, dtype=np.float32)[:, None] - place.astype(np.float32)[None, :]
        crease = np.exp(-((near / random.uniform(0.6, 2.5)) ** 2)) * random.uniform(-35, 25)
        side = (near > 0) * np.float32(random.uniform(-14, 14))
        turned += (crease + side).astype(np.float32)


def print_guides(sheet: Sheet, digit_px: float, random: Random) -> None:
    """Print ruled, squared or dotted guides of a random strength on the sheet, or none."""
    kind = random.random()
    if kind > GUIDES_SHARE:
        return
    density = float(random.uniform(0.06, 0.9)) if random.random() < 0.5 else float(random.uniform(0.06, 0.35))
    layer = sheet.make_layer()
    pitch = digit_px * random.uniform(0.5, 2.6)
    width = int(1 if random.random() < 0.75 else random.integers(1, 3))
    tilt = float(random.normal(0, 0.01))
    if kind < 0.2 or kind > 0.36:
        _draw_rules(layer.T if kind > 0.41 else layer, pitch, width, tilt, random)
    elif kind < 0.32:
        pitch = max(6.0, pitch * 0.7)
        _draw_rules(layer, pitch, width, tilt, random)
        _draw_rules(layer.T, pitch, width, -tilt, random)
    else:
        _draw_dots(layer, pitch * 0.5, random)
    sheet.apply(layer, density, target=float(random.uniform(0, 90)))


def _draw_dots(layer: Layer, pitch: float, random: Random) -> None:
    radius = int(random.integers(0, 4))
    pitch = max(5.0, pitch, 5.0 * radius)
    for y in np.arange(random.uniform(0, pitch), layer.shape[0], pitch):
        for x in np.arange(random.uniform(0, 1), layer.shape[1], pitch):
            cv2.circle(layer, (int(x), int(y)), radius, 255, -1)


def _draw_rules(layer: Layer, pitch: float, width: int, tilt: float, random: Random) -> None:
    """Parallel lines from left to right. A transposed layer gets lines from top to bottom."""
    lines = np.ascontiguousarray(layer)
    length = lines.shape[1]
    for y in np.arange(random.uniform(0, pitch), lines.shape[0], pitch):
        cv2.line(lines, (0, round(y)), (length, round(y + tilt * length)), 255, width, cv2.LINE_AA)
    layer[:] = lines
