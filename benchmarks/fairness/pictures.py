"""Small pictures with very many outlines, or with very many digits as large as the page. All are PNG, grey.

Ink is black (0) and paper is white (255).
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]  # (height, width)

SIDE = 1280  # pixels
DIGITS = 100  # as many as an answer of /v1/read may hold
FRAME_STEP = 6  # pixels from one frame to the next inside it: 100 frames fit into SIDE
PAPER = 255


def encode_png(grey: Grey) -> bytes:
    """A grey picture as PNG."""
    output = io.BytesIO()
    Image.fromarray(grey).save(output, "PNG")
    return output.getvalue()


def draw_checkerboard(cell: int, side: int = SIDE) -> Grey:
    """A checkerboard whose squares are `cell` pixels wide → (side, side). Black squares touch at their corners."""
    rows, columns = np.indices((side, side)) // cell
    return ((rows + columns) % 2 * PAPER).astype(np.uint8)


def draw_frames(count: int = DIGITS, side: int = SIDE) -> Grey:
    """Square frames inside each other, two pixels thick → (side, side). Each may be taken for a large zero."""
    grey = np.full((side, side), PAPER, np.uint8)
    for start in range(2, 2 + count * FRAME_STEP, FRAME_STEP):
        end = side - start
        grey[start:end, start:end] = 0
        grey[start + 2 : end - 2, start + 2 : end - 2] = PAPER
    return grey


def draw_combs(count: int = DIGITS, side: int = SIDE) -> Grey:
    """Combs inside each other, like L-shapes with teeth → (side, side). Each is almost as large as the page."""
    grey = np.full((side, side), PAPER, np.uint8)
    for start in range(2, 2 + count * FRAME_STEP, FRAME_STEP):
        grey[start : start + 2, start : side - 2] = 0
        grey[start : side - 2, start : start + 2] = 0
        grey[start + 2 : start + 4, start + 2 : side - 2 : 4] = 0
        grey[start + 2 : side - 2 : 4, start + 2 : start + 4] = 0
    return grey
