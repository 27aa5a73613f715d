"""A picture → one "stroke" of the canvas, so that a drawing of which only the picture is left comes back to it.

Storage keeps pictures, not strokes. A drawing of the canvas comes back pixel for pixel. Of any other picture the ink
becomes chalk, reduced to fit, in the middle of the canvas.
"""

import numpy as np
from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri
from services.frontend.elements.decoding import use_picture
from services.frontend.session.sheet import SIDE, SLATE, FabricJson

FAINT, FULL = 0.25, 0.75  # contrast to the paper, as a share of the strongest: below is no chalk, above is full chalk


def write_picture_stroke(picture: bytes) -> FabricJson:
    """The image in the JSON of Fabric.js. UnshowablePictureError."""
    return use_picture(picture, SIDE, _write)


def _write(picture: Image.Image) -> FabricJson:
    if picture.size != (SIDE, SIDE) or picture.convert("RGB").getpixel((0, 0)) != _read_colour(SLATE):
        picture = _turn_into_chalk(picture)
    width, height = picture.size
    return {
        "type": "Image",
        "src": write_data_uri(encode(picture)),
        "originX": "left",
        "originY": "top",
        "left": (SIDE - width) // 2,
        "top": (SIDE - height) // 2,
        "width": width,
        "height": height,
        "strokeWidth": 0,
        "stroke": None,
    }


def _turn_into_chalk(picture: Image.Image) -> Image.Image:
    """White where the picture differs from its paper, which is most of it, and transparent elsewhere."""
    picture.thumbnail((SIDE, SIDE))
    grey = np.asarray(picture.convert("L"), np.float32)
    contrast = np.abs(grey - np.median(grey))
    share = contrast / max(1.0, float(contrast.max()))
    chalk = np.full((*grey.shape, 4), 255, np.uint8)
    chalk[..., 3] = 255 * np.clip((share - FAINT) / (FULL - FAINT), 0, 1)
    return Image.fromarray(chalk)


def _read_colour(code: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(code.removeprefix("#")))
