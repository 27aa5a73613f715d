"""A small PNG of RGBA, as browsers write a canvas → its pixels.

pyspng decodes it. It contains a zlib that inflates flat areas slowly if the file was written with a high compression
level, as image libraries do. zlib-ng inflates such a file first, and pyspng gets the same rows uncompressed.
"""

import struct
from typing import cast

import numpy as np
import pyspng
from numpy.typing import NDArray
from zlib_ng import zlib_ng

from shared.recognition.picture_file.png import walk_chunks

HEADER = 33  # bytes up to the end of IHDR
ZLIB_HEADER = b"\x78\x01"
BLOCK = 65_535  # bytes, the most that a block without compression holds
INTERLACED = 28  # the byte of IHDR that is 1 if the rows come in seven passes
CHANNELS = 4
ZLIB_ERROR = cast("type[Exception]", zlib_ng.error)  # its type hint says that it is an instance
DEFAULT_LEVEL = 2  # of 0 to 3: the level of compression in the second byte of a zlib stream (RFC 1950, §2.2)

RgbaPixels = NDArray[np.uint8]  # (H, W, 4)


def load_canvas(png: bytes, width: int, height: int) -> RgbaPixels:
    """The pixels of an undamaged PNG with 8 bits of RGBA. ValueError if it can't be decoded."""
    compressed = _join_pixels(png)
    if len(compressed) > 1 and compressed[1] >> 6 >= DEFAULT_LEVEL and not png[INTERLACED]:
        png = _make_png(png[:HEADER], _inflate(compressed, height * (1 + width * CHANNELS)))
    try:
        pixels: RgbaPixels = pyspng.load(png)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    return pixels


def _inflate(compressed: bytes, rows_size: int) -> bytes:
    """The rows of the picture, each with one byte that names its filter."""
    try:
        rows: bytes = zlib_ng.decompressobj().decompress(compressed, rows_size)
    except ZLIB_ERROR as error:
        raise ValueError(str(error)) from error
    if len(rows) != rows_size:
        raise ValueError("pixels are missing")
    return rows


def _make_png(head: bytes, rows: bytes) -> bytes:
    return head + _make_chunk(b"IDAT", _store(rows)) + _make_chunk(b"IEND", b"")


def _join_pixels(png: bytes) -> bytes:
    """The content of all IDAT chunks."""
    return b"".join([png[start + 8 : end - 4] for kind, start, end in walk_chunks(png) if kind == b"IDAT"])


def _store(rows: bytes) -> bytes:
    """The rows as a zlib stream without compression (RFC 1950, and RFC 1951, §3.2.4)."""
    parts = [ZLIB_HEADER]
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        is_last = start + BLOCK >= len(rows)
        parts += (struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block)
    return b"".join([*parts, struct.pack(">I", zlib_ng.adler32(rows))])


def _make_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib_ng.crc32(content, zlib_ng.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
