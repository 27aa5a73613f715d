"""An example for visitors who have not drawn anything: a seven, as the canvas would send it."""

import io

from PIL import Image, ImageDraw

from services.frontend.session.sheet import CHALK, PEN_WIDTH, SIDE, SLATE

SEVEN = [(0.26, 0.24), (0.74, 0.24), (0.46, 0.8)]  # shares of the side


def draw_example() -> bytes:
    """The example as a PNG file."""
    picture = Image.new("RGB", (SIDE, SIDE), SLATE)
    pen = ImageDraw.Draw(picture)
    points = [(x * SIDE, y * SIDE) for x, y in SEVEN]
    pen.line(points, CHALK, PEN_WIDTH, joint="curve")
    for x, y in points:
        pen.circle((x, y), PEN_WIDTH / 2, CHALK)
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()
