"""Draws strokes or text as a person would on the page's canvas: 280×280 RGBA, any place, size, pen and paper.

The longer side of the pen's path is 50 to 240 px. The pen is 3 to 28 px wide and at most a third of that side. The
ink is light on black, dark on white, or either on a transparent canvas.
"""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.rendering.strokes import Points, draw_strokes, place_strokes

CANVAS_PX = 280
SMALLEST_PX, LARGEST_PX = 50, 240  # longer side of the pen's path
THINNEST_PX, THICKEST_PX = 3, 28
PAPERS = ("black", "white", "transparent")
FONT_PX = 64  # size at which the length of a text is measured


def draw_canvas(strokes: Sequence[Points], random: np.random.Generator) -> Image.Image:
    """Draw strokes at a random place with a random size, pen width, paper and ink. The result is 280×280 RGBA."""
    size_px = random.uniform(SMALLEST_PX, LARGEST_PX)
    pen_px = random.uniform(THINNEST_PX, min(THICKEST_PX, size_px / 3))
    placed = place_strokes(strokes, size_px, pen_px, (CANVAS_PX, CANVAS_PX), random)
    return _put_ink_on_paper(draw_strokes(placed, pen_px, (CANVAS_PX, CANVAS_PX)), random)


def draw_text(text: str, random: np.random.Generator) -> Image.Image:
    """Print one line of text, 120 to 260 px long, at a random place in random ink. The result is 280×280 RGBA."""
    left, top, right, bottom = ImageFont.load_default(FONT_PX).getbbox(text)
    length_px = random.uniform(120, 260)
    font = ImageFont.load_default(max(8.0, FONT_PX * length_px / (right - left)))
    left, top, right, bottom = font.getbbox(text)
    x, y = random.uniform(0, 1, 2) * (CANVAS_PX - (right - left), CANVAS_PX - (bottom - top)) - (left, top)
    mask = Image.new("L", (CANVAS_PX, CANVAS_PX))
    ImageDraw.Draw(mask).text((float(x), float(y)), text, fill=255, font=font, stroke_width=int(random.integers(0, 3)))
    return _put_ink_on_paper(mask, random)


def encode_png(picture: Image.Image) -> bytes:
    """Encode a PNG file, fast rather than small."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _put_ink_on_paper(mask: Image.Image, random: np.random.Generator) -> Image.Image:
    """Mode L mask of the ink → RGBA picture with random paper and ink colours."""
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
