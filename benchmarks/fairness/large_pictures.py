"""Pictures that cost little to send and much to decode: up to 39 megapixels in each format that Slate reads."""

import io
import struct
import zlib
from math import isqrt

import numpy as np
from PIL import Image, ImageDraw

from shared.picture_limits import MAX_PIXELS

LARGE = (6250, 6250)  # 39 megapixels: a JPEG may have as many, PNG and WebP may not
LARGEST_PNG = (isqrt(MAX_PIXELS["PNG"]),) * 2  # 24 megapixels: the largest square that is decoded
LARGEST_WEBP = (isqrt(MAX_PIXELS["WEBP"]),) * 2  # 16 megapixels
PHOTO = (4000, 3000)  # 12 megapixels, as many phones take
EXTRA_SCANS = 300
TEXT_BYTES = 64 * 2**20
PHOTO_QUALITY = 80  # a camera's usual range is 80 to 95
PHOTO_NOISE = 12  # standard deviation of the grey levels, as in a dark room

END_OF_IMAGE, START_OF_SCAN, HUFFMAN_TABLE = b"\xff\xd9", 0xDA, 0xC4  # markers of JPEG, ITU-T T.81, table B.1


def draw_page(size: tuple[int, int] = LARGE) -> Image.Image:
    """White RGB paper with a one in the middle."""
    page = Image.new("RGB", size, "white")
    width, height = size
    thickness = max(1, width // 25)
    ImageDraw.Draw(page).line((width * 0.5, height * 0.2, width * 0.5, height * 0.8), fill="black", width=thickness)
    return page


def encode(page: Image.Image, kind: str, **options: bool | int) -> bytes:
    """The picture in the format `kind` with Pillow's `options`."""
    output = io.BytesIO()
    page.save(output, kind, **options)
    return output.getvalue()


def make_animated_webp(size: tuple[int, int] = LARGE) -> bytes:
    """An animated WebP of 138 bytes or so that claims `size` (width, height); its frames have one pixel each."""
    small = [Image.new("RGB", (1, 1), colour) for colour in ("white", "black")]
    output = io.BytesIO()
    small[0].save(output, "WEBP", save_all=True, append_images=small[1:], lossless=True)
    content = bytearray(output.getvalue())
    canvas = content.index(b"VP8X") + 12  # after name, length, flags: width - 1 and height - 1 in 24 bits each
    content[canvas : canvas + 6] = b"".join((side - 1).to_bytes(3, "little") for side in size)
    return bytes(content)


def make_jpeg_of_many_scans(size: tuple[int, int] = LARGE, extra: int = EXTRA_SCANS) -> bytes:
    """A progressive JPEG that repeats its last scan `extra` times. A decoder passes over all blocks in each scan."""
    content = encode(draw_page(size), "JPEG", progressive=True)
    last = find_last_scan(content)
    return content[:-2] + content[last:-2] * extra + END_OF_IMAGE


def find_last_scan(content: bytes) -> int:
    """The offset of the last scan of a JPEG, with the Huffman table before it."""
    scan = content.rindex(bytes((0xFF, START_OF_SCAN)))
    return content.rindex(bytes((0xFF, HUFFMAN_TABLE)), 0, scan)


def make_photo(size: tuple[int, int] = PHOTO) -> bytes:
    """A JPEG with the noise and the shadow of a photograph: several MB of 12 megapixels."""
    page = np.asarray(draw_page(size), np.float32) * 0.7
    height, width = page.shape[:2]
    shadow = np.linspace(0, 40, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, PHOTO_NOISE, (height, width, 1)).astype(np.float32)
    return encode(
        Image.fromarray(np.clip(page + shadow + noise, 0, 255).astype(np.uint8)), "JPEG", quality=PHOTO_QUALITY
    )


def make_png_with_long_text(size: tuple[int, int] = (280, 280), length: int = TEXT_BYTES) -> bytes:
    """A PNG whose compressed comment (zTXt) inflates to `length` bytes."""
    content = encode(draw_page(size), "PNG")
    end_of_header = 8 + 25  # signature and IHDR
    return (
        content[:end_of_header]
        + make_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(length), 9))
        + content[end_of_header:]
    )


def make_chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: length, name, data, checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
