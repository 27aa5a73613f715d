"""A stored picture comes back to the canvas: drawings as they were, other pictures as chalk."""

import base64
import io

import numpy as np
from PIL import Image, ImageDraw

from services.frontend.elements.data_uri import encode
from services.frontend.session.sheet import SIDE, SLATE, FabricJson
from services.frontend.views.draw.picture_stroke import write_picture_stroke


def decode(stroke: FabricJson) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(stroke["src"].partition(",")[2])))


def test_a_drawing_of_the_canvas_comes_back_pixel_for_pixel() -> None:
    drawing = Image.new("RGB", (SIDE, SIDE), SLATE)
    ImageDraw.Draw(drawing).line([(90, 40), (200, 240)], fill="white", width=20)
    stroke = write_picture_stroke(encode(drawing))
    assert np.array_equal(np.asarray(decode(stroke).convert("RGB")), np.asarray(drawing))
    assert (stroke["left"], stroke["top"], stroke["width"], stroke["height"]) == (0, 0, SIDE, SIDE)


def test_ink_on_paper_becomes_chalk_in_the_middle_of_the_canvas() -> None:
    paper = Image.new("RGB", (100, 700), (230, 225, 210))
    ImageDraw.Draw(paper).line([(50, 100), (50, 600)], fill=(30, 30, 80), width=20)
    stroke = write_picture_stroke(encode(paper))
    chalk = np.asarray(decode(stroke))
    height, width = chalk.shape[:2]
    assert (width, height) == (stroke["width"], stroke["height"]) == (40, SIDE)
    assert (stroke["left"], stroke["top"]) == (120, 0)
    assert chalk[SIDE // 2, width // 2].tolist() == [255, 255, 255, 255]
    assert chalk[SIDE // 2, 3, 3] == chalk[3, 3, 3] == 0
