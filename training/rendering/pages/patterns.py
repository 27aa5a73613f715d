"""Patterns of security paper, as cheques have them: a size and random numbers in, 0..1 for each pixel out.

Lines, rings and letters of patterns lie under the writing and are none of it, however much they look like digits.
"""

from collections.abc import Callable

import cv2
import numpy as np

from training.rendering.pages.fonts import find_fonts, print_text
from training.rendering.pages.sheet import Levels, Random, choose

MICROTEXT = ("BANK", "CHEQUE", "SECURE", "PAYABLE", "COPY", "VALID", "NOT NEGOTIABLE", "AUTHENTIC")


def make_pattern(height: int, width: int, random: Random) -> Levels:
    """Security printing and other patterns, 0..1: waves, hatching, guilloches, rosettes, tiles."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    make = choose(PATTERNS, random)
    return make(x, y, random)


def _make_waves(x: Levels, y: Levels, random: Random) -> Levels:
    """Wavy lines."""
    period, amplitude, length = random.uniform(3, 14), random.uniform(0, 8), random.uniform(15, 80)
    angle = random.uniform(0, np.pi)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u, v = x * cos + y * sin, -x * sin + y * cos
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


def _make_crosshatch(x: Levels, y: Levels, random: Random) -> Levels:
    """Fine straight lines in two directions."""
    total = np.zeros(x.shape, np.float32)
    for angle in random.uniform(0, np.pi) + np.array([0, random.uniform(0.5, 1.6)]):
        rate = 2 * np.pi / random.uniform(3, 9)
        wave = np.sin(x * np.float32(np.cos(angle) * rate) + y * np.float32(np.sin(angle) * rate))
        total = np.maximum(total, np.asarray(wave > 0.6, np.float32))
    return total


def _make_rosette(x: Levels, y: Levels, random: Random) -> Levels:
    """Rings with waves around a point, as in the middle of a guilloche."""
    height, width = x.shape
    dx, dy = x - np.float32(random.uniform(0, width)), y - np.float32(random.uniform(0, height))
    waves = random.uniform(2, 9) * np.sin(np.arctan2(dy, dx) * int(random.integers(4, 16)))
    rings = np.sin((np.hypot(dx, dy) + waves) * (2 * np.pi / random.uniform(5, 16)))
    return np.asarray(rings > random.uniform(0.2, 0.8), np.float32)


def _tile_microtext(x: Levels, y: Levels, random: Random) -> Levels:
    """A word in tiny type, again and again, each line shifted."""
    del y  # x has the shape, too
    word = print_text(choose(MICROTEXT, random) + " ", choose(find_fonts(), random), int(random.integers(5, 11)))
    line = np.pad(word, ((1, int(random.integers(1, 6))), (2, 3)))
    pair = np.concatenate([line, np.roll(line, line.shape[1] // 3, axis=1)])
    height, width = x.shape
    tiled = np.tile(pair, (height // pair.shape[0] + 1, width // pair.shape[1] + 1))[:height, :width]
    return np.asarray(tiled, np.float32) / np.float32(255)


PATTERNS: tuple[Callable[[Levels, Levels, Random], Levels], ...] = (
    *(_make_waves, _make_guilloches, _make_halftone, _tile_motif),
    *(_make_crosshatch, _make_rosette, _tile_microtext),
)
