"""What stands where on a sheet: lines of numbers, tables, boxes, single digits with things beside them, and no digits.

Every layout writes on a sheet and adds its marks. `digit_px` is the usual height of a digit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.rendering.pages.hands import Hand, Hands, Slot
from training.rendering.pages.numbers import Style, choose_style, make_text, write_number
from training.rendering.pages.scenery import draw_scenery, print_words
from training.rendering.pages.sheet import DIGITS, IGNORED, Layer, Mark, Points, Random, Sheet, draw_strokes, paste_mask

Layout = Callable[[Sheet, Hands, "Ink", float, Random], None]


@dataclass(frozen=True)
class Ink:
    """How dark the writing and the printed frames are: the share by which they move the paper to the level `target`."""

    writing: float
    frame: float
    target: float


def choose_ink(random: Random) -> Ink:
    """Pencil to marker; frames may be fainter or stronger than the writing."""
    writing = random.uniform(0.75, 1.0) if random.random() < 0.6 else random.uniform(0.3, 0.8)
    frame = random.uniform(0.1, 1.0)
    return Ink(float(writing), float(frame), float(random.choice([0, 0, 0, 30, 60])))


def write_lines(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Lines of numbers, close to each other or far apart."""
    hand, style = hands.pick(random), choose_style(random)
    pitch = digit_px * random.uniform(1.08, 2.4)
    layer = sheet.make_layer()
    baseline = random.uniform(0.7, 1.6) * digit_px
    while baseline < sheet.height + 0.4 * digit_px:
        x = random.uniform(-1.0, 2.0) * digit_px if random.random() < 0.7 else random.uniform(0, sheet.width)
        while x < sheet.width:
            if random.random() < 0.25:
                hand = hands.pick(random)
            if random.random() < 0.08:
                x = print_words(layer, hands, (x, baseline), digit_px, random)
            else:
                marks = write_number(layer, make_text(random), hand, style, (x, baseline), digit_px, random)
                sheet.marks += marks
                x = marks[-1].box[2]
                if random.random() < 0.04:
                    _cross_out(layer, sheet, marks, random)
                elif random.random() < 0.07:
                    _underline(layer, marks, style.pen * digit_px, random)
            x += digit_px * random.uniform(0.7, 3.0)
        baseline += pitch * random.uniform(0.97, 1.1)
    sheet.apply(layer, ink.writing, ink.target)


def write_strip(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """One number in the middle of the sheet, as in a field of a form; sometimes cents, printed signs and rules."""
    layer = sheet.make_layer()
    style = choose_style(random)
    hand = hands.pick(random, printed=0.03)
    text = make_text(random, longest=10) if random.random() < 0.5 else _make_amount(random)
    left = sheet.width * 0.5 - len(text) * digit_px * 0.35 + random.normal(0, 0.6) * digit_px
    baseline = sheet.height / 2 + digit_px / 2 + random.normal(0, 0.12) * digit_px
    marks = write_number(layer, text, hand, style, (left, baseline), digit_px, random)
    sheet.marks += marks
    end = marks[-1].box[2]
    kind = random.random()
    if kind < 0.12:  # raised cents, underlined
        small = digit_px * random.uniform(0.5, 0.75)
        cents = write_number(layer, "".join(random.choice(list(DIGITS), 2)) if random.random() < 0.5 else "00", hand, style, (end + 0.15 * digit_px, baseline - 0.4 * digit_px), small, random)
        sheet.marks += cents
        if random.random() < 0.7:
            _underline(layer, cents, style.pen * digit_px, random)
    elif kind < 0.3:  # a line that fills the rest of the field
        y = baseline - digit_px * random.uniform(0.2, 0.6)
        line = np.array([[end + 0.3 * digit_px, y], [end + digit_px * random.uniform(1, 6), y + random.normal(0, 0.15) * digit_px]], np.float32)
        draw_strokes(layer, [line] if random.random() < 0.6 else [line, line + np.float32([0, 0.25 * digit_px])], style.pen * digit_px)
    if random.random() < 0.2:  # a label before the number; a long one is hidden by nothing and overlaps nothing
        words = np.zeros((sheet.height, 2 * sheet.width), np.uint8)
        end = print_words(words, hands, (0, baseline), digit_px * random.uniform(0.5, 0.9), random)
        paste_mask(layer, words[:, : round(end)], round(left - end - digit_px * random.uniform(0.1, 1)), 0)
    if random.random() < 0.3:
        frame = sheet.make_layer()
        for y in (baseline + digit_px * random.uniform(-0.02, 0.4), baseline - digit_px * random.uniform(1.0, 1.6)):
            if random.random() < 0.7:
                cv2.line(frame, (0, round(y)), (sheet.width, round(y + random.normal(0, 1))), 255, int(random.integers(1, 3)), cv2.LINE_AA)
        sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def write_table(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """A table or a grid: cells with one digit or a number, some empty, thin and thick lines."""
    digits = int(random.choice([1, 1, 1, 2, 3, 4]))
    cell_h = digit_px * random.uniform(1.15, 2.3)
    cell_w = digit_px * (random.uniform(1.1, 2.3) if digits == 1 else 0.75 * digits + random.uniform(0.4, 1.2))
    thin, thick = int(random.integers(1, 3)), int(random.integers(1, 4))
    block = int(random.choice([3, 3, 5, 100]))
    frame, printed = sheet.make_layer(), sheet.make_layer()
    layer = sheet.make_layer()
    x0, y0 = random.uniform(-cell_w, cell_w), random.uniform(-cell_h, cell_h)
    columns, rows = int(sheet.width / cell_w) + 2, int(sheet.height / cell_h) + 2
    if random.random() < 0.4:
        columns, rows = int(random.integers(1, columns + 1)), int(random.integers(1, rows + 1))
    lines = random.random() < 0.93
    for column in range((columns + 1) * lines):
        x = round(x0 + column * cell_w)
        width = thick if column % block == 0 else thin
        cv2.line(frame, (x, round(y0)), (x, round(y0 + rows * cell_h)), 255, width, cv2.LINE_AA)
    for row in range((rows + 1) * lines):
        y = round(y0 + row * cell_h)
        width = thick if row % block == 0 else thin
        cv2.line(frame, (round(x0), y), (round(x0 + columns * cell_w), y), 255, width, cv2.LINE_AA)
    type_share = random.choice([0.0, 0.0, 0.4, 0.6])
    typed, hand, style = hands.pick(random, printed=1.0), hands.pick(random), choose_style(random)
    filled = random.choice([1.0, 1.0, 0.7, 0.4])
    for row in range(rows):
        for column in range(columns):
            if random.random() > filled:
                continue
            text = "".join(random.choice(list(DIGITS), int(random.integers(1, digits + 1)) if digits > 1 else 1))
            place = (x0 + (column + 0.5) * cell_w, y0 + (row + 0.5) * cell_h)
            if random.random() < type_share:
                _write_centred(sheet, printed, text, typed, style, place, digit_px * 0.95, 0.02, random)
            else:
                if random.random() < 0.05:
                    hand = hands.pick(random)
                _write_centred(sheet, layer, text, hand, style, place, digit_px, 0.14, random)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(printed, float(random.uniform(0.25, 1.0)), ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def write_boxes(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Rows of boxes with one digit each, apart or as a comb; labels beside them."""
    layer, frame = sheet.make_layer(), sheet.make_layer()
    hand, style = hands.pick(random), choose_style(random)
    y = digit_px * random.uniform(0.2, 1.2)
    while y < sheet.height:
        box_h, box_w = digit_px * random.uniform(1.1, 1.9), digit_px * random.uniform(0.95, 1.7)
        gap = 0.0 if random.random() < 0.35 else digit_px * random.uniform(0.08, 0.6)
        comb = random.random() < 0.15
        width = int(random.integers(1, 4))
        x = digit_px * random.uniform(-0.6, 1.5)
        if random.random() < 0.3:
            x = print_words(layer, hands, (x, y + box_h * 0.75), digit_px * random.uniform(0.5, 0.9), random) + digit_px * 0.4
        count = int(random.integers(1, 12))
        empty = 0.5 if random.random() < 0.2 else 0.05
        for _ in range(count):
            corner, opposite = (round(x), round(y)), (round(x + box_w), round(y + box_h))
            if comb:
                points = np.array([[x, y + box_h * 0.6], [x, y + box_h], [x + box_w, y + box_h], [x + box_w, y + box_h * 0.6]])
                cv2.polylines(frame, [points.round().astype(np.int32)], False, 255, width, cv2.LINE_AA)
            else:
                cv2.rectangle(frame, corner, opposite, 255, width, cv2.LINE_AA)
            if random.random() > empty:
                sign = str(random.integers(10))
                size = digit_px * (random.uniform(0.75, 1.05) if random.random() < 0.85 else box_h / digit_px * random.uniform(0.95, 1.15))
                _write_centred(sheet, layer, sign, hand, style, (x + box_w / 2, y + box_h / 2), size, 0.1, random)
            elif random.random() < 0.2:
                draw_scenery(layer, hands, (x + box_w / 2, y + box_h / 2), digit_px * 0.8, random)
            x += box_w + gap
        y += box_h + digit_px * random.uniform(0.3, 1.5)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def write_single(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """Digits far apart, each circled, boxed, underlined, beside a pen, a hole, a ghost, or alone."""
    layer, frame, faint = sheet.make_layer(), sheet.make_layer(), sheet.make_layer()
    step = digit_px * random.uniform(1.9, 3.5)
    style = choose_style(random)
    for y in np.arange(random.uniform(0.2, 1) * step, sheet.height + digit_px, step):
        for x in np.arange(random.uniform(0.2, 1) * step, sheet.width + digit_px, step):
            place = (float(x + random.normal(0, 0.1) * step), float(y + random.normal(0, 0.1) * step))
            kind = random.random()
            if kind < 0.12:
                draw_scenery(layer, hands, place, digit_px * random.uniform(0.5, 1.3), random)
                continue
            mark = _write_centred(sheet, layer, str(random.integers(10)), hands.pick(random), style, place, digit_px, 0.05, random)
            pen = max(1.0, digit_px * random.uniform(0.03, 0.12))
            target = layer if random.random() < 0.6 else frame
            if kind < 0.27:
                _circle(target, place, digit_px * random.uniform(0.75, 1.1), pen, random)
            elif kind < 0.37:
                _underline(layer, [mark], pen, random)
            elif kind < 0.50:
                half = digit_px * random.uniform(0.65, 1.1)
                corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
                hand_drawn = np.array(corners) * random.uniform(0.85, 1.15, 2) + place + random.normal(0, 0.02 * digit_px, (5, 2))
                draw_strokes(target, [hand_drawn.astype(np.float32)], pen)
            elif kind < 0.56:
                centre = np.array(place) + random.choice([-1, 1], 2) * digit_px * random.uniform(0.65, 1.0, 2)
                cv2.circle(layer, (int(centre[0]), int(centre[1])), max(2, int(digit_px * random.uniform(0.08, 0.22))), 255, -1, cv2.LINE_AA)
            elif kind < 0.64:
                ghost = hands.pick(random)
                slot = Slot(place[0] - digit_px * random.uniform(0.6, 1.2), place[1] + digit_px * random.uniform(0.0, 0.6), digit_px * random.uniform(0.8, 1.3), 0.1, pen)
                ghost.write(faint, str(random.integers(10)), slot, random)
            elif kind < 0.68:
                print_words(faint, hands, (place[0] - digit_px * 1.2, place[1] + digit_px * 0.4), digit_px * random.uniform(0.6, 1.2), random)
            elif kind < 0.73:
                points = np.array(place) + random.uniform(-1.2, 1.2, (2, 2)) * digit_px * 1.6
                if abs(np.cross(points[1] - points[0], np.array(place) - points[0])) / (np.linalg.norm(points[1] - points[0]) + 1) > 0.75 * digit_px:
                    draw_strokes(frame, [points.astype(np.float32)], digit_px * random.uniform(0.1, 0.3))
    sheet.apply(faint, ink.writing * float(random.uniform(0.08, 0.28)), ink.target)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def write_alone(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """One digit or number anywhere, on a page that may have a frame at its edges, a ghost, a stamp, or a dark thing."""
    layer, frame, faint = sheet.make_layer(), sheet.make_layer(), sheet.make_layer()
    style = choose_style(random)
    place = (random.uniform(0.25, 0.75) * sheet.width, random.uniform(0.25, 0.75) * sheet.height)
    text = "".join(random.choice(list(DIGITS), 1 if random.random() < 0.7 else int(random.integers(2, 5))))
    _write_centred(sheet, layer, text, hands.pick(random, printed=0.03), style, place, digit_px, 0.0, random)
    boxes = np.array([mark.box for mark in sheet.marks])
    left, top, right, bottom = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    pen = max(1.0, digit_px * random.uniform(0.02, 0.12))
    kind = random.random()
    if kind < 0.3:  # a frame, near the digit or near the edges of the picture; sometimes only a corner of it
        far = digit_px * np.exp(random.uniform(np.log(0.08), np.log(2.5), 4))
        corners = np.array([(left - far[0], top - far[1]), (right + far[2], top - far[1]), (right + far[2], bottom + far[3]), (left - far[0], bottom + far[3])])
        turned = corners + random.normal(0, 0.02 * digit_px, (4, 2))
        points = np.concatenate([turned, turned[:1]]) if random.random() < 0.75 else turned[: int(random.integers(2, 4))]
        draw_strokes(frame, [points.astype(np.float32)], pen)
    elif kind < 0.42:
        ghost = hands.pick(random)
        side = random.choice([-1, 1])
        slot = Slot(left - digit_px * random.uniform(0.7, 1.5) if side < 0 else right + digit_px * random.uniform(0.0, 0.5), bottom + digit_px * random.normal(0, 0.3), digit_px * random.uniform(0.7, 1.3), 0.1, pen)
        ghost.write(faint, str(random.integers(10)), slot, random)
    elif kind < 0.52:
        print_words(faint, hands, (left - digit_px * random.uniform(0, 2), bottom - digit_px * random.uniform(0, 0.5)), digit_px * random.uniform(0.5, 1.1), random)
    elif kind < 0.62:
        x = right + digit_px * random.uniform(0.3, 2) if random.random() < 0.5 else left - digit_px * random.uniform(0.3, 2)
        lean = random.normal(0, 0.3) * digit_px
        draw_strokes(frame, [np.array([[x + lean, top - 2 * digit_px], [x - lean, bottom + 2 * digit_px]], np.float32)], digit_px * random.uniform(0.05, 0.35))
    elif kind < 0.7:
        centre = (left - digit_px * random.uniform(0.3, 1.5), (top + bottom) / 2 + random.normal(0, 0.5) * digit_px)
        cv2.circle(layer, (int(centre[0]), int(centre[1])), max(1, int(digit_px * random.uniform(0.06, 0.25))), 255, -1, cv2.LINE_AA)
    elif kind < 0.78:
        radius = max(right - left, bottom - top) * random.uniform(0.62, 1.3)
        _circle(layer if random.random() < 0.6 else frame, ((left + right) / 2, (top + bottom) / 2), radius, pen, random)
    elif kind < 0.84:
        _underline(layer, sheet.marks[-1:], pen, random)
    sheet.apply(faint, ink.writing * float(random.uniform(0.08, 0.3)), ink.target)
    sheet.apply(frame, ink.frame, ink.target)
    sheet.apply(layer, ink.writing, ink.target)


def write_nothing(sheet: Sheet, hands: Hands, ink: Ink, digit_px: float, random: Random) -> None:
    """No digits: printed or written words, drawings, empty forms, big dark things."""
    layer = sheet.make_layer()
    if random.random() < 0.5:
        y = random.uniform(0.5, 1.5) * digit_px
        while y < sheet.height + digit_px:
            x = random.uniform(-2, 2) * digit_px
            while x < sheet.width:
                x = print_words(layer, hands, (x, y), digit_px, random) + 0.5 * digit_px
            y += digit_px * random.uniform(1.2, 2.2)
    else:
        for _ in range(int(random.integers(1, 9))):
            place = (random.uniform(0, sheet.width), random.uniform(0, sheet.height))
            draw_scenery(layer, hands, place, digit_px * float(np.exp(random.uniform(-0.7, 1.3))), random)
    if random.random() < 0.4:
        for _ in range(int(random.integers(1, 12))):
            a = random.uniform(0, 1, 2) * (sheet.width, sheet.height)
            b = a + random.choice([(1, 0), (0, 1)]) * random.uniform(0.5, 8) * digit_px
            cv2.line(layer, tuple(a.astype(int).tolist()), tuple(b.astype(int).tolist()), 255, int(random.integers(1, 4)), cv2.LINE_AA)
    if random.random() < 0.3:
        corner = (random.uniform(-0.1, 0.9, 2) * (sheet.width, sheet.height)).astype(int)
        size = (random.uniform(0.7, 4, 2) * digit_px).astype(int)
        cv2.rectangle(layer, tuple(corner.tolist()), tuple((corner + size).tolist()), 255, int(random.choice([-1, 1, 2])), cv2.LINE_AA)
    sheet.apply(layer, ink.writing, ink.target)


def _write_centred(
    sheet: Sheet, layer: Layer, text: str, hand: Hand, style: Style, place: tuple[float, float], height: float, jitter: float, random: Random
) -> Mark:
    """Write a number around `place`. The number is written at the left and moved, because its width is not known."""
    scratch = np.zeros((int(height * 2.6) + 8, int(height * (1.6 * len(text) + 2)) + 8), np.uint8)
    written = write_number(scratch, text, hand, style, (height * 0.6 + 2, height * 1.8 + 4), height, random)
    left, top = min(m.box[0] for m in written), min(m.box[1] for m in written)
    right, bottom = max(m.box[2] for m in written), max(m.box[3] for m in written)
    dx = round(place[0] - (left + right) / 2 + random.normal(0, jitter) * height)
    dy = round(place[1] - (top + bottom) / 2 + random.normal(0, jitter * 0.7) * height)
    y0, x0 = max(0, dy), max(0, dx)
    y1, x1 = min(layer.shape[0], dy + scratch.shape[0]), min(layer.shape[1], dx + scratch.shape[1])
    if y0 < y1 and x0 < x1:
        here = layer[y0:y1, x0:x1]
        np.maximum(here, scratch[y0 - dy : y1 - dy, x0 - dx : x1 - dx], out=here)
    moved = [Mark(m.sign, (m.box[0] + dx, m.box[1] + dy, m.box[2] + dx, m.box[3] + dy)) for m in written]
    sheet.marks += moved
    return moved[0]


def _make_amount(random: Random) -> str:
    """An amount of money as on a cheque."""
    digits = "".join(random.choice(list(DIGITS), int(random.integers(2, 8))))
    if random.random() < 0.6:
        keep = int(random.integers(1, len(digits)))
        digits = digits[:keep] + "0" * (len(digits) - keep)
    if len(digits) > 3 and random.random() < 0.6:
        digits = digits[:-3] + str(random.choice([".", ",", ".", ""])) + digits[-3:]
    before = str(random.choice(["", "", "", "$", "*", "#", "**", "=", "$ ", "("]))
    return before + digits + str(random.choice(["", "", "", "=", "-", ".-", ",-", "#", "*", "/-", "x", ",00", ")", "~"]))


def _underline(layer: Layer, marks: list[Mark], pen: float, random: Random) -> None:
    """A line under marks, that may touch them."""
    left, right, bottom = min(m.box[0] for m in marks), max(m.box[2] for m in marks), max(m.box[3] for m in marks)
    height = max(m.height for m in marks)
    y = bottom + height * random.uniform(0.03, 0.25)
    wave = random.normal(0, 0.02 * height, 3)
    points = np.array([[left - 0.1 * height, y + wave[0]], [(left + right) / 2, y + wave[1]], [right + 0.1 * height, y + wave[2]]], np.float32)
    draw_strokes(layer, [points], pen)


def _circle(layer: Layer, place: tuple[float, float], radius: float, pen: float, random: Random) -> None:
    """A ring drawn by hand, whose ends need not meet."""
    angle = np.linspace(0, 2 * np.pi * random.uniform(0.95, 1.1), 40) + random.uniform(0, 6)
    reach = radius * (1 + 0.06 * np.sin(angle * random.integers(1, 4) + random.uniform(0, 6)))
    ring: Points = np.stack([place[0] + reach * np.cos(angle) * random.uniform(0.9, 1.25), place[1] + reach * np.sin(angle)], 1).astype(np.float32)
    draw_strokes(layer, [ring], pen)


def _cross_out(layer: Layer, sheet: Sheet, marks: list[Mark], random: Random) -> None:
    """Strike a number through. Nobody knows whether its digits count, so they become places to ignore."""
    left, right = min(m.box[0] for m in marks), max(m.box[2] for m in marks)
    top, bottom = min(m.box[1] for m in marks), max(m.box[3] for m in marks)
    count = int(random.integers(1, 6))
    x = np.linspace(left, right, 2 * count)
    y = np.where(np.arange(2 * count) % 2, top, bottom) if count > 1 else np.full(2, (top + bottom) / 2)
    points = np.stack([x, y + random.normal(0, 2, len(x))], 1).astype(np.float32)
    draw_strokes(layer, [points], max(1.0, (bottom - top) * random.uniform(0.04, 0.12)))
    for mark in marks:
        sheet.marks.remove(mark)
        sheet.marks.append(Mark(IGNORED, mark.box))


LAYOUTS: dict[str, Layout] = {
    "lines": write_lines,
    "strip": write_strip,
    "table": write_table,
    "boxes": write_boxes,
    "single": write_single,
    "alone": write_alone,
    "nothing": write_nothing,
}
