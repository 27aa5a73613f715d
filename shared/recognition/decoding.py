"""The bytes of a picture file → one channel of grey levels in which the ink has the most contrast, upright.

`picture_file` judges the file by its header, before anything is decompressed. A large picture is reduced as soon as it
is decompressed, and turned afterwards.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from shared.recognition.channel import pick_channel
from shared.recognition.cutout import Cutout, Pixels
from shared.recognition.decompression import decompress
from shared.recognition.picture_file import open_picture
from shared.upright import TURNS, parse_orientation


def decode_drawing(data: bytes) -> Cutout:
    """A PNG, JPEG or WebP file → grey levels. UnreadableImageError, or DrawingTooLargeError from the header alone."""
    pixels, _ = _read_pixels(data)
    return pick_channel(pixels)


@dataclass(frozen=True)
class DecodedPage:
    """Grey levels with `margin` pixels of paper added on each side, and the size in pixels of the upright picture."""

    grey: Cutout
    margin: int
    width: int
    height: int


def decode_page(data: bytes) -> DecodedPage:
    """Like `decode_drawing`, with what is needed to find the place of the ink on the picture."""
    pixels, (width, height) = _read_pixels(data)
    grey = pick_channel(pixels)
    return DecodedPage(grey, (grey.shape[0] - pixels.shape[0]) // 2, width, height)


def _read_pixels(data: bytes) -> tuple[Pixels, tuple[int, int]]:
    """(H, W) grey levels or (H, W, 4) RGBA, uint8, reduced. Also the picture's own width and height, both upright."""
    picture = open_picture(data)
    pixels = decompress(picture)
    orientation = parse_orientation(picture.exif)
    if orientation != 1:
        pixels = np.asarray(Image.fromarray(pixels).transpose(TURNS[orientation]))
    size = (picture.width, picture.height)
    return pixels, size if orientation < 5 else size[::-1]
