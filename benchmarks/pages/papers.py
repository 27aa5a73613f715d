"""Papers of the test pages. Each function gets the size and the distance of the lines of writing, in pixels."""

from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.pages.writers import draw_words
from training.rendering.pages.sheet import Levels, Random, choose

Paper = Callable[[int, int, float, Random], Levels]  # height, width, pitch


def make_flat(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Exactly one level, as in a screenshot or a drawing program."""
    del pitch
    return np.full((height, width), float(random.choice([255, 255, 248, 240])), np.float32)


def make_dark(height: int, width: int, pitch: float, random: Random) -> Levels:
    """A dark board with smears of wiped chalk."""
    del pitch
    board = np.full((height, width), float(random.uniform(35, 75)), np.float32)
    smears = np.abs(make_clouds(height, width, int(random.integers(30, 90)), random))
    return np.asarray(board + 9 * smears, np.float32)


def make_plain(height: int, width: int, pitch: float, random: Random) -> Levels:
    """White to greyish paper with a little texture."""
    del pitch
    paper = np.full((height, width), float(random.uniform(205, 250)), np.float32)
    paper += float(random.uniform(0.5, 4)) * make_clouds(height, width, int(random.integers(4, 60)), random)
    return paper


def make_ruled(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Ruled paper; sometimes a margin is ruled as well."""
    paper = make_plain(height, width, pitch, random)
    depth, thickness = float(random.uniform(25, 120)), choose_thickness(pitch, random)
    phase = random.uniform(0, pitch)
    for y in np.arange(phase, height, pitch):
        draw_rule(paper[round(y) : round(y) + thickness], depth)
    if random.random() < 0.4:
        x = round(width * random.uniform(0.06, 0.12))
        draw_rule(paper[:, x : x + thickness], depth)
    return paper


def make_squared(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Squared paper: two, three or four squares a line."""
    paper = make_plain(height, width, pitch, random)
    side = max(8.0, pitch / int(random.choice([2, 3, 4])))
    depth, thickness = float(random.uniform(20, 90)), choose_thickness(pitch, random)
    for y in np.arange(random.uniform(0, side), height, side):
        draw_rule(paper[round(y) : round(y) + thickness], depth)
    for x in np.arange(random.uniform(0, side), width, side):
        draw_rule(paper[:, round(x) : round(x) + thickness], depth)
    return paper


def make_dotted(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Paper with a grid of dots."""
    paper = make_plain(height, width, pitch, random)
    side, radius = max(10.0, pitch / int(random.choice([2, 3]))), 1 + int(pitch > 90)
    dots = np.zeros((height, width), np.uint8)
    for y in np.arange(random.uniform(0, side), height, side):
        for x in np.arange(random.uniform(0, side), width, side):
            cv2.circle(dots, (round(x), round(y)), radius, 255, -1, cv2.LINE_AA)
    return paper - dots * np.float32(random.uniform(60, 130) / 255)


def make_patterned(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Security printing: stripes, waves, rosettes or tiny words, all over the paper."""
    paper = make_plain(height, width, pitch, random)
    pattern = choose(PATTERNS, random)(height, width, random)
    return paper - pattern * np.float32(random.uniform(15, 55))


def make_faint_guides(height: int, width: int, pitch: float, random: Random) -> Levels:
    """Exactly flat paper with rules, squares or dots that can hardly be seen."""
    paper = make_flat(height, width, pitch, random)
    depth, kind, side = float(random.uniform(8, 30)), int(random.integers(3)), pitch / int(random.choice([1, 2]))
    rows, columns = np.arange(side * 0.6, height, side), np.arange(side * 0.4, width, side)
    if kind == 2:
        for y in rows:
            for x in columns:
                draw_rule(paper[round(y) : round(y) + 2, round(x) : round(x) + 2], 2 * depth)
        return paper
    for y in rows:
        draw_rule(paper[round(y) : round(y) + 1], depth)
    for x in columns if kind else []:
        draw_rule(paper[:, round(x) : round(x) + 1], depth)
    return paper


def make_clouds(height: int, width: int, cell: int, random: Random) -> Levels:
    """Soft noise with a standard deviation of about 0.7; its spots are about `cell` pixels large."""
    small = random.normal(0, 1, (height // cell + 2, width // cell + 2)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def choose_thickness(pitch: float, random: Random) -> int:
    """Of a rule, in pixels."""
    return max(1, round(pitch * random.uniform(0.008, 0.025)))


def draw_rule(levels: Levels, depth: float) -> None:
    """Darken this part of the paper, in place."""
    levels -= np.float32(depth)


def _make_stripes(height: int, width: int, random: Random) -> Levels:
    """Fine slanted stripes whose width changes across the paper."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, period = random.uniform(0.3, 2.8), random.uniform(4, 11)
    phase = (x * np.cos(angle) + y * np.sin(angle)) / period
    return np.asarray(np.sin(2 * np.pi * phase) > 0.9 * np.sin(x / random.uniform(60, 200)), np.float32)


def _make_waves(height: int, width: int, random: Random) -> Levels:
    """Bundles of thin waves."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach, length, period = random.uniform(4, 20), random.uniform(60, 220), random.uniform(7, 16)
    distance = np.abs((y + reach * np.sin(2 * np.pi * x / length)) % period - period / 2)
    return np.asarray(np.clip(1.2 - distance, 0, 1), np.float32)


def _make_rosettes(height: int, width: int, random: Random) -> Levels:
    """Rosettes of thin lines, as on banknotes."""
    canvas = np.zeros((height, width), np.uint8)
    angle = np.linspace(0, 2 * np.pi, 1500)
    for _ in range(max(1, height * width // 60_000)):
        centre, radius = random.uniform(0, 1, 2) * (width, height), random.uniform(40, 130)
        waves, depth = int(random.integers(7, 23)), random.uniform(0.2, 0.6)
        reach = radius * (1 + depth * np.sin(waves * angle / 2))
        points = np.stack([centre[0] + reach * np.cos(3 * angle), centre[1] + reach * np.sin(3 * angle)], 1)
        cv2.polylines(canvas, [points.round().astype(np.int32)], True, 255, 1, cv2.LINE_AA)
    return np.asarray(canvas / 255, np.float32)


def _make_tiny_words(height: int, width: int, random: Random) -> Levels:
    """The name of a bank, again and again, too small to be mistaken for writing."""
    word = draw_words("UNIVERSAL BANK  ", float(random.uniform(9, 13)), random)
    tile = np.pad(word, ((2, 3), (3, 9))).astype(np.float32) / 255
    rows = np.tile(tile, (1, width // tile.shape[1] + 2))
    lines = [np.roll(rows, 17 * index, axis=1)[:, :width] for index in range(height // tile.shape[0] + 1)]
    return np.asarray(np.concatenate(lines)[:height], np.float32)


PATTERNS = (_make_stripes, _make_waves, _make_rosettes, _make_tiny_words)
