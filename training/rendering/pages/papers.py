"""Paper before anything is written on it, and the guides that are printed on it.

Both are made from nothing but a size and random numbers: flat or textured paper, security patterns, rules, dots.
"""

import cv2
import numpy as np

from training.rendering.pages.sheet import Layer, Levels, Random, Sheet

GUIDES_SHARE = 0.42  # of the sheets
PATTERN_LEVELS = (4, 45)  # grey levels between a pattern and its paper


def make_paper(height: int, width: int, random: Random) -> Levels:
    """Grey levels of empty paper: flat, or shaded and textured."""
    level = float(random.uniform(235, 255) if random.random() < 0.45 else random.uniform(110, 250))
    paper = np.full((height, width), level, np.float32)
    kind = random.random()
    if kind < 0.30:
        return paper
    paper += random.normal(0, random.uniform(0.5, 4), (height, width)).astype(np.float32)
    if kind < 0.5:
        paper += _make_clouds(height, width, random) * random.uniform(3, 18)
    elif kind < 0.72:
        paper -= _make_pattern(height, width, random) * random.uniform(*PATTERN_LEVELS)
    return paper


def _make_clouds(height: int, width: int, random: Random) -> Levels:
    """Soft noise with a standard deviation of about 1, as in recycled paper."""
    cell = int(random.integers(3, 24))
    small = random.normal(0, 1, (height // cell + 2, width // cell + 2)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _make_pattern(height: int, width: int, random: Random) -> Levels:
    """Security printing and other patterns, 0..1: waves, hatching, guilloches, tiles of small shapes."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    make = (_make_waves, _make_guilloches, _make_halftone, _tile_motif)[random.integers(4)]
    return make(x, y, random)


def _make_waves(x: Levels, y: Levels, random: Random) -> Levels:
    """Wavy lines."""
    period, amplitude, length = random.uniform(3, 14), random.uniform(0, 8), random.uniform(15, 80)
    angle = random.uniform(0, np.pi)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    wave = np.sin(2 * np.pi * (v + amplitude * np.sin(2 * np.pi * u / length)) / period)
    return np.asarray(wave > random.uniform(-0.5, 0.9), np.float32)


def _make_guilloches(x: Levels, y: Levels, random: Random) -> Levels:
    """Two families of waves that cross."""
    total = np.zeros(x.shape, np.float32)
    for _ in range(2):
        period, length, phase = random.uniform(6, 20), random.uniform(20, 90), random.uniform(0, 6)
        wave = np.sin(2 * np.pi * (y + 0.6 * period * np.sin(2 * np.pi * x / length + phase)) / period)
        total = np.maximum(total, np.asarray(wave > 0.75, np.float32))
    return total


def _make_halftone(x: Levels, y: Levels, random: Random) -> Levels:
    period = random.uniform(2.5, 8)
    dots = np.sin(2 * np.pi * x / period) * np.sin(2 * np.pi * y / period)
    return np.asarray(dots > random.uniform(0.0, 0.7), np.float32)


def _tile_motif(x: Levels, y: Levels, random: Random) -> Levels:
    """A small motif of lines and circles, repeated."""
    del y  # x has the shape, too
    size = int(random.integers(10, 40))
    motif = np.zeros((size, size), np.uint8)
    for _ in range(int(random.integers(1, 4))):
        (ax, ay), (bx, by) = (random.integers(0, size, 2).tolist() for _ in range(2))
        if random.random() < 0.5:
            cv2.line(motif, (ax, ay), (bx, by), 255, 1, cv2.LINE_AA)
        else:
            cv2.circle(motif, (ax, ay), int(random.integers(2, size // 2 + 2)), 255, 1, cv2.LINE_AA)
    height, width = x.shape
    tiled = np.tile(motif, (height // size + 1, width // size + 1))[:height, :width]
    return np.asarray(tiled, np.float32) / np.float32(255)


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
