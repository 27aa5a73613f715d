"""A picture → one "stroke" of the canvas, so that a drawing of which only the picture is left comes back to it.

Storage keeps pictures, not strokes. A drawing of the canvas comes back pixel for pixel. Any other picture is reduced to
fit, and stands in the middle.
"""

from PIL import Image

from services.frontend.elements.data_uri import encode, write_data_uri
from services.frontend.elements.decoding import use_picture
from services.frontend.session.sheet import SIDE, FabricJson


def write_picture_stroke(picture: bytes) -> FabricJson:
    """The image in the JSON of Fabric.js. UnshowablePictureError."""
    return use_picture(picture, SIDE, _write)


def _write(picture: Image.Image) -> FabricJson:
    picture.thumbnail((SIDE, SIDE))
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
    }
