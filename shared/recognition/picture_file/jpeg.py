"""The segments of a JPEG file (ITU T.81, annex B) → its size, its EXIF data and its pixels.

A progressive picture, or one whose colours come one after the other, takes memory for all its coefficients, and each of
its scans takes time. Both are counted in blocks of 8×8 samples. What follows the first picture is never decoded.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from shared.picture_limits import MAX_PIXELS
from shared.recognition.errors import DrawingTooLargeError
from shared.recognition.picture_file.limits import MAX_PARTS, check_parts, check_size, make_broken
from shared.recognition.picture_file.pixel_file import PixelFile

MAX_KEPT_BLOCKS = 750_000  # whose coefficients are kept until the last scan, 128 bytes each
MAX_SCANNED_BLOCKS = 8_000_000  # over all scans; a picture that a program saves as progressive has ten scans
EXIF_START = b"Exif\0\0"
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
TABLES = {0xC4, 0xDB, 0xDD}  # Huffman codes, quantisation, restart interval
JFIF, APP1, ADOBE = 0xE0, 0xE1, 0xEE  # JFIF and ADOBE say which colours the components are
START_OF_SCAN, END_OF_PICTURE = 0xDA, 0xD9
NOT_FRAMES = {0xC4, 0xC8, 0xCC}

# A marker, but neither a stuffed zero byte nor a restart marker nor one that stands alone.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
_FRAME = struct.Struct(">BHHB")  # bits a sample, height, width, number of components


@dataclass(frozen=True)
class _Frame:
    marker: int
    width: int
    height: int
    blocks: dict[int, int]  # component → its number of blocks


def read_jpeg(data: bytes, max_parts: int = MAX_PARTS) -> PixelFile:
    """A file that begins like a JPEG. UnreadableImageError, DrawingTooLargeError."""
    view, exif, frame = memoryview(data), b"", None
    kept = [view[:2]]
    for count, (marker, start, end) in enumerate(_walk_segments(data)):
        check_parts(count, max_parts)
        if marker == START_OF_SCAN:
            break
        content = data[start + 4 : end]
        if _is_frame(marker):
            if frame:
                raise make_broken("it has two headers")
            frame = _read_frame(marker, content)
        if marker == APP1 and content.startswith(EXIF_START):
            exif = exif or content[len(EXIF_START) :]
        elif marker in TABLES or _is_frame(marker) or marker in {JFIF, ADOBE}:
            kept.append(view[start:end])
    else:
        raise make_broken("it has no pixels")
    if not frame:
        raise make_broken("it has no header")
    plain = frame.marker != PROGRESSIVE and data[start + 4 : start + 5] == bytes([len(frame.blocks)])
    if not plain:
        _check_scans(frame, data, start, max_parts)
    return PixelFile("JPEG", frame.width, frame.height, exif, b"".join([*kept, view[start:]]), plain)


def _walk_segments(data: bytes, position: int = 2) -> Iterator[tuple[int, int, int]]:
    """The marker, start and end of each segment, up to the end of the first picture. Skips what lies between them."""
    while found := _MARKER.search(data, position):
        start, marker = found.start(), data[found.start() + 1]
        if marker == END_OF_PICTURE:
            return
        position = start + 2 + int.from_bytes(data[start + 2 : start + 4])
        if position < start + 4:
            raise make_broken("a part of it has no length")
        yield marker, start, position


def _is_frame(marker: int) -> bool:
    return 0xC0 <= marker <= 0xCF and marker not in NOT_FRAMES


def _read_frame(marker: int, content: bytes) -> _Frame:
    """The header of the picture. Only baseline, extended and progressive pictures with Huffman codes are read."""
    if marker not in {BASELINE, EXTENDED, PROGRESSIVE}:
        raise make_broken("its kind of compression is not in use for photographs")
    if len(content) < _FRAME.size:
        raise make_broken("its header is cut off")
    _, height, width, count = _FRAME.unpack_from(content)
    check_size(width, height, MAX_PIXELS["JPEG"])
    return _Frame(marker, width, height, _count_blocks(width, height, content[_FRAME.size :][: 3 * count]))


def _count_blocks(width: int, height: int, components: bytes) -> dict[int, int]:
    """Three bytes for each component: its name, its sampling in x and y, its table. → name → number of blocks."""
    sampling = {name: (both >> 4, both & 15) for name, both in zip(components[::3], components[1::3], strict=False)}
    across, down = (max([1, *(each[axis] for each in sampling.values())]) for axis in (0, 1))
    units = ceil(width / (8 * across)) * ceil(height / (8 * down))
    return {name: units * x * y for name, (x, y) in sampling.items()}


def _check_scans(frame: _Frame, data: bytes, first_scan: int, max_parts: int) -> None:
    """DrawingTooLargeError if the coefficients of a progressive picture take too much memory, or its scans too long."""
    if sum(frame.blocks.values()) > MAX_KEPT_BLOCKS:
        raise DrawingTooLargeError(
            f"The picture has {frame.width} × {frame.height} pixels, which is too large for a progressive JPEG. "
            "Send a smaller picture, or save it as a baseline JPEG."
        )
    scanned = 0
    for count, (marker, start, _) in enumerate(_walk_segments(data, first_scan)):
        check_parts(count, max_parts)
        if marker == START_OF_SCAN:
            scanned += _count_scanned(frame, data[start + 4 :][: 1 + 2 * len(frame.blocks)])
        if scanned > MAX_SCANNED_BLOCKS:
            raise DrawingTooLargeError("The JPEG is divided into too many scans. Save it again as a baseline JPEG.")


def _count_scanned(frame: _Frame, content: bytes) -> int:
    """The blocks of one scan. `content` is the number of components, then two bytes for each."""
    return sum(frame.blocks.get(name, 0) for name in content[1::2][: int.from_bytes(content[:1])])
