"""Builds picture files part by part, so that a test can put anything into them."""

import io
import struct
import zlib
from collections.abc import Iterable

import numpy as np
from PIL import Image

RGBA, RGB, PALETTE, GREY, GREY_ALPHA = 6, 2, 3, 0, 4
CHANNELS = {RGBA: 4, RGB: 3, PALETTE: 1, GREY: 1, GREY_ALPHA: 2}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7
PAETH = 4  # the slowest filter


def make_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def make_png(
    size: tuple[int, int],
    rows: Iterable[bytes],
    colour: int = RGBA,
    depth: int = 8,
    interlaced: bool = False,
    extra: bytes = b"",
) -> bytes:
    """A PNG of `rows`, each with its filter byte first. `extra` are chunks that stand before the pixels."""
    header = make_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced))
    squeeze = zlib.compressobj(6)
    pixels = b"".join([*map(squeeze.compress, rows), squeeze.flush()])
    return b"\x89PNG\r\n\x1a\n" + header + extra + make_chunk(b"IDAT", pixels) + make_chunk(b"IEND", b"")


def make_row(width: int, colour: int = RGBA, depth: int = 8, filter_type: int = PAETH) -> bytes:
    """One row of noise with its filter byte."""
    length = -(-width * CHANNELS[colour] * depth // 8)
    return bytes([filter_type]) + np.random.default_rng(0).integers(0, 256, length, np.uint8).tobytes()


def make_noisy_png(width: int, height: int, colour: int = RGBA, depth: int = 8, interlaced: bool = False) -> bytes:
    """A small file of many pixels: all rows are the same noise, which the slowest filter changes from row to row."""
    rows = [(width, height)]
    if interlaced:
        rows = [(-(-(width - x) // right), -(-(height - y) // down)) for x, y, right, down in PASSES]
    lines = (row for across, count in rows for row in [make_row(across, colour, depth)] * count)
    palette = make_chunk(b"PLTE", bytes(range(256)) * 3) if colour == PALETTE else b""
    return make_png((width, height), lines, colour, depth, interlaced, palette)


def encode(picture: Image.Image | np.ndarray, file_format: str = "PNG", **options: object) -> bytes:
    """The picture, or its pixels, as a file."""
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(file, file_format, **options)
    return file.getvalue()
