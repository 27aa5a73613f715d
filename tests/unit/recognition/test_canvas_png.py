"""The fast decoder of canvas PNGs gives the same pixels as Pillow, for every compression level and every row filter."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from shared.recognition.canvas_png import load_canvas

HEIGHT, WIDTH = 23, 31


def draw() -> Image.Image:
    picture = Image.new("RGBA", (WIDTH, HEIGHT), (10, 20, 30, 0))
    picture.paste((255, 250, 245, 255), (5, 3, 20, 19))
    picture.putpixel((7, 7), (1, 2, 3, 4))
    return picture


def write(level: int) -> bytes:
    file = io.BytesIO()
    draw().save(file, "PNG", compress_level=level)
    return file.getvalue()


def make_png(rows: bytes, level: int = 9, *, interlaced: bool = False) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, interlaced)
    pixels = zlib.compress(rows, level)
    parts = [chunk(b"IDAT", pixels[start : start + 50]) for start in range(0, len(pixels), 50)]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(parts) + chunk(b"IEND", b"")


@pytest.mark.parametrize("level", range(10))
def test_every_compression_level_gives_the_same_pixels(level: int) -> None:
    assert (load_canvas(write(level), WIDTH, HEIGHT) == np.asarray(draw())).all()


@pytest.mark.parametrize("row_filter", range(5))
def test_every_row_filter_and_several_chunks_are_decoded_as_pillow_does(row_filter: int) -> None:
    values = np.random.default_rng(row_filter).integers(0, 256, (HEIGHT, 4 * WIDTH), dtype=np.uint8)
    png = make_png(b"".join(bytes([row_filter]) + row.tobytes() for row in values))
    with Image.open(io.BytesIO(png)) as expected:
        assert (load_canvas(png, WIDTH, HEIGHT) == np.asarray(expected)).all()


@pytest.mark.parametrize(
    "rows",
    [
        bytes(HEIGHT * (1 + 4 * WIDTH) - 1),  # one byte is missing
        b"",
        (b"\x07" + bytes(4 * WIDTH)) * HEIGHT,  # there is no such filter
    ],
)
@pytest.mark.parametrize("level", [1, 9])
def test_rows_that_are_no_picture_are_an_error(rows: bytes, level: int) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        load_canvas(make_png(rows, level), WIDTH, HEIGHT)


def test_a_stream_that_is_not_compressed_by_zlib_is_an_error() -> None:
    png = write(9)
    place = png.index(b"IDAT") + 4
    with pytest.raises(ValueError, match=r"\w"):
        load_canvas(png[: place + 2] + b"\xff\xff\xff" + png[place + 5 :], WIDTH, HEIGHT)


def test_rows_after_the_last_one_are_not_inflated() -> None:
    rows = HEIGHT * (b"\0" + bytes(4 * WIDTH))
    assert not load_canvas(make_png(rows + bytes(10_000_000)), WIDTH, HEIGHT).any()


def test_an_interlaced_picture_has_the_pixels_of_the_others() -> None:
    values = np.asarray(draw())
    # Where each of the seven passes starts, and its steps down and right (W3C, PNG, §8.2).
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    parts = [values[top::down, left::right] for top, left, down, right in passes]
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part)
    assert (load_canvas(make_png(rows, interlaced=True), WIDTH, HEIGHT) == values).all()
