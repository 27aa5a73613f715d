"""A coloured sheet to write and print on, and the JPEG file that a scanner or a phone makes of it."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.rendering.examples.hand import STYLE, make_hand
from training.rendering.pages.fonts import find_fonts
from training.rendering.pages.numbers import write_number
from training.rendering.pages.sheet import Layer, Random, enclose, paste_mask

Colour = tuple[int, int, int]  # red, green, blue
Picture = NDArray[np.float32]  # (H, W, 3), red, green and blue levels 0..255

PAPER: Colour = (250, 248, 241)
PRINT: Colour = (70, 76, 82)
RULE: Colour = (150, 158, 164)
BLUE_PEN: Colour = (28, 50, 130)
QUALITY = 66  # of the JPEG


class ColourSheet:
    """`picture` is the sheet as it looks so far."""

    def __init__(self, width: int, height: int, random: Random, paper: Colour = PAPER) -> None:
        """An empty sheet."""
        self.random, self.hand = random, make_hand()
        self.picture: Picture = np.empty((height, width, 3), np.float32)
        self.picture[:] = paper

    def make_layer(self) -> Layer:
        """An empty mask for ink."""
        return np.zeros(self.picture.shape[:2], np.uint8)

    def apply(self, layer: Layer, colour: Colour, density: float = 0.95) -> None:
        """Put ink of that colour where the layer is not 0."""
        cover = layer[..., None].astype(np.float32) * np.float32(density / 255)
        self.picture += cover * (np.array(colour, np.float32) - self.picture)

    def print(self, text: str, left: int, baseline: int, size: int, bold: bool = False) -> None:
        """Print one line of text."""
        (font,) = find_fonts(["DejaVuSans-Bold" if bold else "DejaVuSans"])
        mask = Image.new("L", self.picture.shape[1::-1])
        place = (left, baseline)
        ImageDraw.Draw(mask).text(place, text, fill=255, font=ImageFont.truetype(font, size), anchor="ls")
        self.apply(np.asarray(mask), PRINT)

    def write(self, text: str, left: float, baseline: float, height: float, colour: Colour = BLUE_PEN) -> None:
        """Write a number by hand."""
        layer = self.make_layer()
        write_number(layer, text, self.hand, STYLE, (left, baseline), height, self.random)
        self.apply(layer, colour, 0.9)

    def write_centred(self, text: str, x: float, y: float, height: float, colour: Colour = BLUE_PEN) -> None:
        """Write a number by hand around a place."""
        scratch = np.zeros((round(3 * height), round((len(text) + 2) * 1.4 * height)), np.uint8)
        marks = write_number(scratch, text, self.hand, STYLE, (height, 2 * height), height, self.random)
        left, top, right, bottom = enclose(marks)
        layer = self.make_layer()
        paste_mask(layer, scratch, round(x - (left + right) / 2), round(y - (top + bottom) / 2))
        self.apply(layer, colour, 0.9)


def encode_jpeg(picture: Picture, grain: float, random: Random) -> bytes:
    """Add the noise of a sensor, `grain` levels strong, and encode."""
    noise = random.normal(0, grain, picture.shape[:2]).astype(np.float32)[..., None]
    levels = (picture + noise).clip(0, 255).round().astype(np.uint8)
    _, file = cv2.imencode(".jpg", levels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return file.tobytes()
