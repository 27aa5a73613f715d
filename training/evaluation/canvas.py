"""Strokes → drawings as a person makes them on a page's canvas: 280×280 RGBA, at any place and size, with any pen.

Longer side of the pen's path 50 to 240 px, pen 3 to 28 px and at most a third of that side; light ink on black, dark
ink on white, or either on transparent.
"""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.datasets.pen_strokes import Points

CANVAS = 280  # pixels
OVERSAMPLING = 4
SMALLEST, LARGEST = 50, 240  # pixels, longer side of the pen's path
THINNEST, THICKEST = 3, 28  # pixels
PAPERS = ("black", "white", "transparent")
FONT_PX = 64  # text is set in this size, then scaled


def draw(strokes: Sequence[Points], random: np.random.Generator) -> Image.Image:
    """280×280 RGBA: random place, size, pen width, paper and ink."""
    size = random.uniform(SMALLEST, LARGEST)
    pen = random.uniform(THINNEST, min(THICKEST, size / 3))
    placed = place_strokes(strokes, size, pen, (CANVAS, CANVAS), random)
    return _ink_on_paper(draw_strokes(placed, pen, (CANVAS, CANVAS), OVERSAMPLING), random)


def draw_text(text: str, random: np.random.Generator) -> Image.Image:
    """280×280 RGBA: one line of type, 120 to 260 px long, at random place in random ink."""
    left, top, right, bottom = ImageFont.load_default(FONT_PX).getbbox(text)
    length = random.uniform(120, 260)
    font = ImageFont.load_default(max(8.0, FONT_PX * length / (right - left)))
    left, top, right, bottom = font.getbbox(text)
    x, y = random.uniform(0, 1, 2) * (CANVAS - (right - left), CANVAS - (bottom - top)) - (left, top)
    mask = Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(mask).text((float(x), float(y)), text, fill=255, font=font, stroke_width=int(random.integers(0, 3)))
    return _ink_on_paper(mask, random)


def place_strokes(
    strokes: Sequence[Points], size: float, pen: float, canvas: tuple[int, int], random: np.random.Generator
) -> list[Points]:
    """The longer side `size` pixels, at a random place where the pen stays on the canvas (width, height)."""
    points = np.concatenate(strokes).astype(float)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(1e-6, float((high - low).max()))
    room = np.array(canvas) - (high - low) * scale - pen
    offset = random.uniform(0, 1, 2) * room + pen / 2 - low * scale
    return [(stroke * scale + offset).astype(np.float32) for stroke in strokes]


def draw_strokes(
    strokes: Sequence[Points], pen: float, canvas: tuple[int, int], oversampling: int = OVERSAMPLING
) -> Image.Image:
    """Strokes in pixels → mode L, 255 where a round pen of that width went, anti-aliased."""
    mask = Image.new("L", (canvas[0] * oversampling, canvas[1] * oversampling))
    brush = ImageDraw.Draw(mask)
    radius = pen * oversampling / 2
    for stroke in strokes:
        points = [(float(x), float(y)) for x, y in stroke * oversampling]
        brush.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask.reduce(oversampling)


def encode_png(picture: Image.Image) -> bytes:
    """The file, compressed for speed."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _ink_on_paper(mask: Image.Image, random: np.random.Generator) -> Image.Image:
    paper = str(random.choice(PAPERS))
    dark = tuple(int(level) for level in random.integers(0, 90, 3))
    light = tuple(int(level) for level in random.integers(190, 256, 3))
    if paper == "transparent":
        picture = Image.new("RGBA", mask.size, (*(dark if random.random() < 0.5 else light), 0))
        picture.putalpha(mask)
        return picture
    picture = Image.new("RGBA", mask.size, paper)
    picture.paste((light if paper == "black" else dark), mask=mask)
    return picture
