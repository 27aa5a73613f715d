"""Printed type: a text and a font in, a mask of its ink out.

The fonts are those that come with matplotlib, all free to use: DejaVu, STIX and Computer Modern.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.rendering.pages.sheet import Layer

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Bold",  # twice: forms and puzzles often print digits in bold
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "STIXGeneral",
    "STIXGeneralBol",
    "cmr10",
    "cmss10",
    "cmtt10",
)


def find_fonts(names: Sequence[str] = FONTS) -> list[str]:
    """Return the paths of the files of fonts that come with matplotlib."""
    from matplotlib import get_data_path  # takes half a second, which only whoever composes pages pays

    folder = Path(get_data_path()) / "fonts" / "ttf"
    return [str(folder / f"{name}.ttf") for name in names]


@lru_cache(maxsize=2048)
def print_text(text: str, font: str, size_px: int) -> Layer:
    """One line of type as a mask (h, w), cropped to its ink. It is kept, so it must not be changed."""
    loaded = _load_font(font, size_px)
    left, top, right, bottom = loaded.getbbox(text)
    mask = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, fill=255, font=loaded)
    array = np.asarray(mask)
    x, y, width, height = cv2.boundingRect(array)
    return array[y : y + max(1, height), x : x + max(1, width)]


@lru_cache(maxsize=512)
def _load_font(font: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size_px)
