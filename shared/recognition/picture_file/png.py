"""The chunks of a PNG file (W3C, Portable Network Graphics, §5) → its size, its EXIF data and its pixels.

Of an animation the default picture is kept, which is what programs show that know no animations.
"""

import struct
from collections.abc import Iterator

from shared.picture_limits import MAX_PIXELS
from shared.recognition.picture_file.limits import MAX_EXIF, MAX_PARTS, check_parts, check_size, make_broken
from shared.recognition.picture_file.pixel_file import PixelFile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_INFLATED = 4 * MAX_PIXELS["PNG"]  # bytes; 16 bits a channel take twice as long as 8 bits
PIXEL_KINDS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
DEPTHS = {1, 2, 4, 8, 16}  # bits a channel
PALETTE = 3  # the colour type of pictures that need a palette
AROUND = 12  # bytes of a chunk beside its content: length, kind, checksum

_LENGTH_AND_KIND = struct.Struct(">I4s")
_HEADER = struct.Struct(">IIBB")  # width, height, depth, colour type


def read_png(data: bytes, max_parts: int = MAX_PARTS) -> PixelFile:
    """`data` starts with SIGNATURE. UnreadableImageError, DrawingTooLargeError."""
    width, height, colour_type = _read_header(data)
    view, exif, needs_palette = memoryview(data), b"", colour_type == PALETTE
    kept = [view[: len(SIGNATURE)]]
    for count, (kind, start, end) in enumerate(walk_chunks(data)):
        check_parts(count, max_parts)
        if kind == b"IHDR" and count > 0:
            raise make_broken("it has two headers")
        if kind == b"IDAT" and needs_palette:
            raise make_broken("it has no palette")
        if kind in PIXEL_KINDS:
            kept.append(view[start:end])
            needs_palette &= kind != b"PLTE"
        elif kind == b"eXIf":
            exif = data[start + 8 : end - 4][:MAX_EXIF]
    return PixelFile("PNG", width, height, exif, b"".join(kept), plain=True)


def walk_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The kind, start and end of each chunk, up to IEND or the end of the file. The last chunk may be cut off."""
    start, kind = len(SIGNATURE), b""
    while start + 8 <= len(data) and kind != b"IEND":
        length, kind = _LENGTH_AND_KIND.unpack_from(data, start)
        yield kind, start, start + length + AROUND
        start += length + AROUND


def _read_header(data: bytes) -> tuple[int, int, int]:
    """Width, height and colour type."""
    if data[8:16] != b"\0\0\0\rIHDR" or len(data) < 33:
        raise make_broken("it has no header")
    width, height, depth, colour_type = _HEADER.unpack_from(data, 16)
    if colour_type not in CHANNELS or depth not in DEPTHS:
        raise make_broken("its kind of pixels is unknown")
    check_size(width, height, min(MAX_PIXELS["PNG"], MAX_INFLATED * 8 // (CHANNELS[colour_type] * depth)))
    return width, height, colour_type
