"""A drawing for who has not drawn one: a seven on the slate, as the canvas would give it."""

import io

from PIL import Image, ImageDraw

SIDE = 280  # pixels; these four are the canvas's own
PEN = 20
SLATE, CHALK = "#20302C", "#FFFFFF"
SEVEN = [(0.26, 0.24), (0.74, 0.24), (0.46, 0.8)]  # shares of the side


def draw_example() -> bytes:
    """PNG."""
    picture = Image.new("RGB", (SIDE, SIDE), SLATE)
    pen = ImageDraw.Draw(picture)
    points = [(x * SIDE, y * SIDE) for x, y in SEVEN]
    pen.line(points, CHALK, PEN, joint="curve")
    for x, y in points:
        pen.circle((x, y), PEN / 2, CHALK)
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()
