"""Hostile files of the kinds that the page converts, by name. Each is made when it is asked for."""

import struct
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

from tests.worst_pictures import documents
from tests.worst_pictures.files import encode
from tests.worst_pictures.pictures import smooth_levels

register_heif_opener()
SMALL = (40, 30)


def with_claimed_size(file_format: str, width: int, height: int) -> bytes:
    """A small HEIC or AVIF file that claims to be so large, in the box `ispe` of ISO/IEC 23008-12."""
    data = bytearray(encode(Image.new("RGB", SMALL), file_format))
    start = 0
    while (start := data.find(b"ispe", start) + 8) > 8:
        struct.pack_into(">II", data, start, width, height)
    return bytes(data)


def gif_that_claims(width: int, height: int) -> bytes:
    """A GIF of one pixel on a screen of that size."""
    data = bytearray(encode(Image.new("P", (1, 1)), "GIF"))
    struct.pack_into("<HH", data, 6, width, height)
    return bytes(data)


def gif_of_many_pictures(count: int) -> bytes:
    """An animation whose frames are all the same."""
    still = encode(Image.new("P", (8, 8)), "GIF")
    frame = still.rindex(b",")
    return still[:frame] + still[frame:-1] * count + b";"


def bmp_of_runs(width: int, height: int) -> bytes:
    """A BMP of a few kilobytes, compressed by run lengths, that claims to be so large."""
    rows = (b"\xff\x00" * (width // 255) + b"\x00\x00") * 10 + b"\x00\x01"
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(rows), 0, 0, 256, 0)
    start = 14 + len(head) + 4 * 256
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + head + bytes(4 * 256) + rows


def make_tiff(fields: dict[int, tuple[int, int, int]], content: bytes = b"", following: int = 0) -> bytes:
    """A TIFF with one directory: number → type, count, value. `content` begins at byte 8; then comes `following`."""
    start = 8 + len(content)
    entries = b"".join(struct.pack("<HHII", number, *field) for number, field in sorted(fields.items()))
    return (
        b"II*\0"
        + struct.pack("<I", start)
        + content
        + struct.pack("<H", len(fields))
        + entries
        + struct.pack("<I", following)
    )


def tiff_of_nothing(width: int, height: int, following: int = 0) -> bytes:
    """Grey levels that are all 0, compressed a thousand times."""
    squeeze = zlib.compressobj(9)
    pixels = b"".join([*(squeeze.compress(bytes(width)) for _ in range(height)), squeeze.flush()])
    sizes = {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 8), 262: (3, 1, 1)}
    strip = {273: (4, 1, 8), 277: (3, 1, 1), 278: (4, 1, height), 279: (4, 1, len(pixels))}
    return make_tiff(sizes | strip, pixels, following)


def tiff_that_repeats_itself() -> bytes:
    """A TIFF whose only directory names itself as the next one."""
    return tiff_of_nothing(*SMALL, following=int.from_bytes(tiff_of_nothing(*SMALL)[4:8], "little"))


HOSTILE_CONVERTED: dict[str, Callable[[], bytes]] = {
    "HEIC, 25 megapixels": lambda: encode(smooth_levels(5000, 5000), "HEIF"),
    "AVIF, 25 megapixels": lambda: encode(smooth_levels(5000, 5000), "AVIF", speed=10),
    "GIF, 24 megapixels": lambda: encode(Image.new("P", (6000, 4000)), "GIF"),
    "GIF, 100,000 pictures": partial(gif_of_many_pictures, 100_000),
    "BMP, 24 megapixels": lambda: encode(Image.new("RGB", (6000, 4000)), "BMP"),
    "BMP, runs of 24 megapixels": partial(bmp_of_runs, 6000, 4000),
    "TIFF, 40 megapixels": partial(tiff_of_nothing, 8000, 5000),
    "TIFF, 16 bits, 40 megapixels": lambda: encode(Image.fromarray(np.zeros((5000, 8000), np.uint16)), "TIFF"),
    "PDF, page tree of 20,000 levels": partial(documents.nested_pages, 20_000),
    "PDF, 100,000 pages": partial(documents.many_pages, 100_000),
    "PDF, array of a million levels": partial(documents.deep_array, 1_000_000),
    "PDF, content of 300 MB": partial(documents.long_content, 300_000_000),
    "PDF, picture of 30,000 × 30,000": partial(documents.large_image, 30_000),
    "PDF, a form drawn 10^9 times": partial(documents.forms_in_forms, 9, 10),
    "PDF, page of 10^9 points": partial(documents.huge_page, 10**9),
}
