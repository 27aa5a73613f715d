"""The chunks of a WebP file (RFC 9649, §2) → its size, its EXIF data and its pixels.

Of an animation the first frame is kept, as a picture of its own.
"""

import struct
from collections.abc import Iterator

from shared.picture_limits import MAX_PIXELS
from shared.recognition.picture_file.limits import MAX_EXIF, MAX_PARTS, check_parts, check_size, make_broken
from shared.recognition.picture_file.pixel_file import PixelFile

HEADER = 12  # bytes: "RIFF", the length of the rest, "WEBP"
FRAME_HEADER = 16  # bytes at the start of a frame: place, size and duration
LOSSY, LOSSLESS, ALPHA = b"VP8 ", b"VP8L", b"ALPH"
START_CODE = b"\x9d\x01\x2a"  # of a lossy picture, RFC 6386, §9.1
SIDE_BITS = 14
HAS_ALPHA = 0x10  # flag of VP8X

_KIND_AND_LENGTH = struct.Struct("<4sI")


def read_webp(data: bytes, max_parts: int = MAX_PARTS) -> PixelFile:
    """A file that begins like a WebP file. UnreadableImageError, DrawingTooLargeError."""
    view = memoryview(data)
    chunks: dict[bytes, memoryview] = {}  # the content of the first chunk of each kind
    for count, (kind, start, end) in enumerate(_walk_chunks(data, HEADER, len(data))):
        check_parts(count, max_parts)
        if kind in {LOSSY, LOSSLESS, ALPHA, b"EXIF"}:
            chunks.setdefault(kind, view[start:end])
        elif kind == b"ANMF" and not {LOSSY, LOSSLESS} & chunks.keys():
            inside = _walk_chunks(data, start + FRAME_HEADER, min(end, len(data)))
            for more, (inner, first, last) in enumerate(inside):
                check_parts(count + more, max_parts)
                chunks[inner] = view[first:last]
    width, height = _read_size(chunks)
    check_size(width, height, MAX_PIXELS["WEBP"])
    plain = not {LOSSLESS, ALPHA} & chunks.keys()  # the tables of Huffman codes that a lossless picture needs vary much
    return PixelFile(
        "WEBP", width, height, bytes(chunks.get(b"EXIF", b"")[:MAX_EXIF]), _write(chunks, width, height), plain
    )


def _walk_chunks(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each chunk, and the start and end of its content. The last chunk may be cut off."""
    while start + 8 <= stop:
        kind, length = _KIND_AND_LENGTH.unpack_from(data, start)
        yield kind, start + 8, start + 8 + length
        start += 8 + length + length % 2


def _read_size(chunks: dict[bytes, memoryview]) -> tuple[int, int]:
    """Width and height of the picture itself, whatever VP8X says."""
    mask = (1 << SIDE_BITS) - 1
    lossy, lossless = (bytes(chunks.get(kind, b"")[:10]) for kind in (LOSSY, LOSSLESS))
    if len(lossless) >= 5 and not lossy:
        sides = int.from_bytes(lossless[1:5], "little")
        return (sides & mask) + 1, (sides >> SIDE_BITS & mask) + 1
    if len(lossy) >= 10 and lossy[3:6] == START_CODE:
        return int.from_bytes(lossy[6:8], "little") & mask, int.from_bytes(lossy[8:10], "little") & mask
    raise make_broken("it has no pixels")


def _write(chunks: dict[bytes, memoryview], width: int, height: int) -> bytes:
    """A file of the pixels, and of the opacity that a lossy picture keeps in a chunk of its own."""
    if LOSSY not in chunks:
        parts = _make_chunk(LOSSLESS, chunks[LOSSLESS])
    elif ALPHA not in chunks:
        parts = _make_chunk(LOSSY, chunks[LOSSY])
    else:
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        extended = _make_chunk(b"VP8X", bytes([HAS_ALPHA, 0, 0, 0]) + sides)
        parts = [*extended, *_make_chunk(ALPHA, chunks[ALPHA]), *_make_chunk(LOSSY, chunks[LOSSY])]
    length = len(b"WEBP") + sum(map(len, parts))
    return b"".join([_KIND_AND_LENGTH.pack(b"RIFF", length), b"WEBP", *parts])


def _make_chunk(kind: bytes, content: bytes | memoryview) -> list[bytes | memoryview]:
    return [_KIND_AND_LENGTH.pack(kind, len(content)), content, b"\0" * (len(content) % 2)]
