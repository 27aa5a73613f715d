"""Pages without any digit: printed and written words, drawings, empty forms."""

import cv2
import numpy as np

from benchmarks.pages.draft import Draft
from benchmarks.pages.layouts.boxes import draw_box
from benchmarks.pages.layouts.plan import Plan
from benchmarks.pages.layouts.tables import draw_lines
from benchmarks.pages.texts import make_label, make_words, to_ascii
from benchmarks.pages.writers import Writers, draw_words, print_words
from training.rendering.pages.sheet import Layer, Points, Random, choose, draw_strokes


def print_text(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Paragraphs of words in one font; on some pages every third line is written with pen letters."""
    font, written = writers.pick_font(random), bool(writers.letters) and random.random() < 0.5
    lined = random.random() < 0.3  # printed with the font that is made of lines
    margin = plan.digit_px
    for row, baseline in enumerate(np.arange(margin * 2, draft.height - margin, plan.pitch)):
        if written and row % 3 == 2:
            _write_letters(draft, writers, (margin, float(baseline)), plan.digit_px, random)
            continue
        mask = _print_line(None if lined else font, plan.digit_px, draft.width - 2 * margin, random)
        draft.print_mask(mask, margin, float(baseline) - mask.shape[0])


def _print_line(font: str | None, size: float, room: float, random: Random) -> Layer:
    """As many words as fit, so that no letter is cut off."""
    words = make_words(int(random.integers(2, 12)), random).split()
    while True:
        text = " ".join(words)
        mask = print_words(text, font, size) if font else draw_words(to_ascii(text), size, random)
        if mask.shape[1] <= room or len(words) == 1:
            return mask
        words.pop()


def _write_letters(draft: Draft, writers: Writers, place: tuple[float, float], size: float, random: Random) -> None:
    """Words of pen letters, to the end of the line."""
    x, baseline = place
    while x < draft.width - 3 * size:
        for _ in range(int(random.integers(3, 8))):
            letter = choose(writers.letters, random)
            placed = [np.asarray(stroke * size + (x, baseline - size), np.float32) for stroke in letter]
            x = max(float(stroke[:, 0].max()) for stroke in placed) + 0.2 * size
            if x > draft.width - size:
                return
            draw_strokes(draft.writing, placed, max(1.0, 0.09 * size))
        x += 0.8 * size


def draw_pictures(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Houses, trees, hearts, cats, boats, diagrams, signatures and others, each in a field of its own."""
    del writers
    side = plan.digit_px * 4
    for y in np.arange(side / 2, draft.height - side / 3, side):
        for x in np.arange(side / 2, draft.width - side / 3, side):
            if random.random() < 0.2:
                continue
            picture = choose(PICTURES, random)(random)
            size, angle = side * random.uniform(0.5, 0.85), random.normal(0, 0.1)
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            placed = [np.asarray((stroke - 0.5) @ turn * size + (x, y), np.float32) for stroke in picture]
            draw_strokes(draft.writing, placed, max(1.0, size * random.uniform(0.015, 0.04)))


def print_empty_form(draft: Draft, writers: Writers, plan: Plan, random: Random) -> None:
    """Labels with empty boxes, combs, lines, check boxes and tables."""
    font, top = writers.pick_font(random), plan.digit_px
    while top + 4 * plan.digit_px < draft.height:
        word = print_words(make_label(random), font, plan.digit_px * 0.7)
        draft.print_mask(word, plan.digit_px, top + plan.digit_px - word.shape[0])
        left = plan.digit_px * 2 + word.shape[1]
        height = choose(FIELDS, random)(draft, (left, top), plan.digit_px, random)
        top += height + plan.digit_px * random.uniform(0.6, 1.2)


def _print_boxes(draft: Draft, place: tuple[float, float], size: float, random: Random) -> float:
    """A row of boxes or a comb. Returns its height, as all fields do."""
    comb, width, height = random.random() < 0.4, size * 1.3, size * 1.5
    for index in range(min(int(random.integers(1, 10)), int((draft.width - place[0] - 4) / width))):
        x = place[0] + index * width
        draw_box(draft.frame, (x, place[1], x + width, place[1] + height), max(1, round(size * 0.04)), comb=comb)
    return height


def _print_rule(draft: Draft, place: tuple[float, float], size: float, random: Random) -> float:
    """A line to write on."""
    y, end = round(place[1] + size), round(draft.width - size * random.uniform(0.5, 5))
    cv2.line(draft.frame, (round(place[0]), y), (max(round(place[0]) + 9, end), y), 255, max(1, round(size * 0.05)))
    return size


def _print_empty_table(draft: Draft, place: tuple[float, float], size: float, random: Random) -> float:
    """A small table."""
    rows, columns = int(random.integers(2, 5)), int(random.integers(2, 6))
    width = min(3 * size, (draft.width - place[0] - size) / columns)
    rows = min(rows, int((draft.height - place[1] - size) / (1.6 * size)))
    edges = place[0] + width * np.arange(columns + 1), place[1] + 1.6 * size * np.arange(rows + 1)
    thickness = max(1, round(size * 0.04))
    draw_lines(draft, edges, rows=thickness, columns=thickness)
    return 1.6 * size * rows


FIELDS = (_print_boxes, _print_rule, _print_empty_table)


def _arc(x: float, y: float, reach: float, start: float = 0.0, end: float = 2 * np.pi) -> Points:
    angle = np.linspace(start, end, 40)
    return np.stack([x + reach * np.cos(angle), y + reach * np.sin(angle)], 1).astype(np.float32)


def _path(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float32)


def _draw_house(random: Random) -> list[Points]:
    door = float(random.uniform(0.3, 0.6))
    walls = _path((0.1, 1), (0.1, 0.4), (0.5, 0.05), (0.9, 0.4), (0.9, 1), (0.1, 1))
    return [walls, _path((0.1, 0.4), (0.9, 0.4)), _path((door, 1), (door, 0.65), (door + 0.2, 0.65), (door + 0.2, 1))]


def _draw_tree(random: Random) -> list[Points]:
    crown = [
        _arc(0.5 + 0.2 * np.cos(a), 0.32 + 0.16 * np.sin(a), 0.17) for a in np.arange(0, 6, random.uniform(0.9, 1.3))
    ]
    return [*crown, _path((0.44, 0.6), (0.42, 1)), _path((0.56, 0.6), (0.58, 1))]


def _draw_sun(random: Random) -> list[Points]:
    angles = np.linspace(0, 2 * np.pi, int(random.integers(8, 15)), endpoint=False)
    rays = [
        _path((0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a)), (0.5 + 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)))
        for a in angles
    ]
    return [_arc(0.5, 0.5, 0.25), *rays]


def _draw_heart(random: Random) -> list[Points]:
    t = np.linspace(0, 2 * np.pi, 50)
    x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([0.5 + x / 36, 0.5 - y / random.uniform(33, 40)], 1).astype(np.float32)]


def _draw_star(random: Random) -> list[Points]:
    angles = np.arange(6) * 4 * np.pi / 5 + random.uniform(-1.8, -1.4)
    return [np.stack([0.5 + 0.48 * np.cos(angles), 0.5 + 0.48 * np.sin(angles)], 1).astype(np.float32)]


def _draw_curves(random: Random) -> list[Points]:
    """Two axes with a curve."""
    x = np.linspace(0.08, 0.95, 60)
    y = 0.5 + 0.3 * np.sin(x * random.uniform(4, 14) + random.uniform(0, 6)) * x
    axes = _path((0.05, 0), (0.05, 1)), _path((0, 0.95), (1, 0.95))
    return [*axes, np.stack([x, y], 1).astype(np.float32)]


def _draw_signature(random: Random) -> list[Points]:
    """Loops that become flatter to the right."""
    t = np.linspace(0, 1, 160)
    height = np.interp(t, np.linspace(0, 1, 7), random.uniform(0.05, 0.35, 7))
    x = t + 0.05 * np.cos(t * random.uniform(50, 80))
    y = 0.5 + height * np.sin(t * random.uniform(50, 80))
    return [np.stack([x, y], 1).astype(np.float32), _path((0.1, 0.9), (1, 0.84))]


def _draw_fish(random: Random) -> list[Points]:
    t, tail = np.linspace(0.35, 2 * np.pi - 0.35, 40), float(random.uniform(0.15, 0.3))
    body = np.stack([0.42 - 0.4 * np.cos(t + np.pi), 0.5 + 0.25 * np.sin(t)], 1).astype(np.float32)
    return [body, _path((0.8, 0.42), (1, 0.5 - tail), (1, 0.5 + tail), (0.8, 0.58)), _path((0.16, 0.44), (0.18, 0.46))]


def _draw_boat(random: Random) -> list[Points]:
    sail = float(random.uniform(0.75, 0.95))
    hull = _path((0, 0.65), (0.2, 0.9), (0.8, 0.9), (1, 0.65), (0, 0.65))
    return [hull, _path((0.5, 0.65), (0.5, 0.05), (sail, 0.55), (0.5, 0.55))]


def _draw_cat(random: Random) -> list[Points]:
    ears = [_path((0.22, 0.34), (0.2, 0.02), (0.42, 0.2)), _path((0.58, 0.2), (0.8, 0.02), (0.78, 0.34))]
    reach = float(random.uniform(0.2, 0.35))
    whiskers = [
        _path((0.5 + side * 0.12, y), (0.5 + side * (0.3 + reach), y + 0.05)) for side in (-1, 1) for y in (0.6, 0.68)
    ]
    eyes = [_path((0.38, 0.45), (0.4, 0.47)), _path((0.6, 0.45), (0.62, 0.47))]
    return [_arc(0.5, 0.55, 0.37), *ears, *whiskers, *eyes]


def _draw_cup(random: Random) -> list[Points]:
    steam = [_path((x, 0.25), (x + 0.04, 0.18), (x - 0.03, 0.1), (x + 0.02, 0.02)) for x in (0.3, 0.45)]
    cup = _path((0.1, 0.35), (0.15, 0.95), (0.6, 0.95), (0.65, 0.35), (0.1, 0.35))
    return [cup, _arc(0.66, 0.58, float(random.uniform(0.13, 0.2)), -1.4, 1.6), *steam]


def _draw_arrows(random: Random) -> list[Points]:
    """Boxes of a diagram with an arrow between them."""
    y = float(random.uniform(0.3, 0.7))
    boxes = [
        _path((x, y - 0.2), (x + 0.3, y - 0.2), (x + 0.3, y + 0.2), (x, y + 0.2), (x, y - 0.2)) for x in (0.0, 0.7)
    ]
    return [*boxes, _path((0.32, y), (0.66, y)), _path((0.58, y - 0.07), (0.66, y), (0.58, y + 0.07))]


PICTURES = (
    _draw_house,
    _draw_tree,
    _draw_sun,
    _draw_heart,
    _draw_star,
    _draw_curves,
    _draw_signature,
    _draw_fish,
    _draw_boat,
    _draw_cat,
    _draw_cup,
    _draw_arrows,
)
