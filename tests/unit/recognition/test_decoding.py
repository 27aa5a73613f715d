"""pyspng decodes the PNG of a canvas and Pillow every other PNG. Both give the same pixels and the same errors."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from shared.recognition.cutout import Cutout
from shared.recognition.decoding import decode_drawing, decode_page
from shared.recognition.errors import DrawingError, UnreadableImageError

TRANSPARENT, PAPER, PURPLE = (0, 0, 0, 0), (255, 250, 240, 255), (120, 30, 200, 255)


def draw(paper: tuple[int, ...], ink: tuple[int, ...], size: int = 40) -> Image.Image:
    picture = Image.new("RGBA", (size, size), paper)
    ImageDraw.Draw(picture).ellipse((8, 4, 24, 34), outline=ink, width=4)
    return picture


def encode(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


def comment() -> PngImagePlugin.PngInfo:
    """A chunk that makes Pillow decode the PNG."""
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text("comment", "left to Pillow")
    return chunk


def assert_same(cutout: Cutout, other: Cutout) -> None:
    assert cutout.shape == other.shape
    assert np.array_equal(cutout.fill(), other.fill())


def outcome(data: bytes) -> str | bytes:
    try:
        return decode_drawing(data).fill().tobytes()
    except DrawingError as error:
        return str(error)


def add_comment(data: bytes) -> bytes:
    """Adds a comment behind the header, so that Pillow decodes the PNG. Pillow ignores the comment itself."""
    text = b"tEXtcomment\0left to Pillow"
    return data[:33] + (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big") + data[33:]


def reseal(data: bytes) -> bytes:
    """Corrects the checksum of the pixels, which are the only chunk behind the header."""
    end = 33 + 8 + int.from_bytes(data[33:37], "big")
    return data[:end] + zlib.crc32(data[37:end]).to_bytes(4, "big") + data[end + 4 :]


def make_png(chunks: dict[bytes, bytes]) -> bytes:
    """A PNG of these chunks, with their checksums."""
    parts = [
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)
        for kind, content in chunks.items()
    ]
    return b"".join([b"\x89PNG\r\n\x1a\n", *parts, bytes(4) + b"IEND\xaeB`\x82"])


@pytest.mark.parametrize("paper", [TRANSPARENT, PAPER, (255, 255, 255, 0), (9, 9, 9, 40)])
@pytest.mark.parametrize("ink", [PURPLE, (250, 240, 20, 255), (0, 0, 0, 120)])
def test_pyspng_and_pillow_decode_the_same_pixels(paper: tuple[int, ...], ink: tuple[int, ...]) -> None:
    picture = draw(paper, ink)
    assert_same(decode_drawing(encode(picture)), decode_drawing(encode(picture, pnginfo=comment())))


def test_a_damaged_canvas_has_the_same_result_as_with_pillow() -> None:
    canvas = encode(draw(TRANSPARENT, PURPLE))
    random = np.random.default_rng(0)
    for _ in range(400):
        damaged = bytearray(canvas)
        damaged[random.integers(33, len(canvas))] = random.integers(256)
        assert outcome(bytes(damaged)) == outcome(add_comment(bytes(damaged)))
        resealed = reseal(bytes(damaged))  # as an attacker would send it
        assert outcome(resealed) == outcome(add_comment(resealed))


@pytest.mark.parametrize("missing", [4, 12, 16, 20])
def test_a_truncated_canvas_has_the_same_result_as_with_pillow(missing: int) -> None:
    canvas = encode(draw(TRANSPARENT, PURPLE))[:-missing]
    assert outcome(canvas) == outcome(add_comment(canvas))


def test_a_broken_canvas_is_unreadable_with_a_reason() -> None:
    with pytest.raises(UnreadableImageError, match="broken"):
        decode_drawing(encode(draw(TRANSPARENT, PURPLE))[:60])


def test_a_canvas_is_turned_by_its_exif() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    picture = draw(TRANSPARENT, PURPLE)
    turned = decode_drawing(encode(picture.transpose(Image.Transpose.ROTATE_90), exif=exif))
    assert_same(turned, decode_drawing(encode(picture)))


def test_a_picture_whose_exif_pillow_cannot_write_is_read() -> None:
    # the maker, 0x010F, is a number instead of a text
    entries = [
        struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0),
        struct.pack("<HHIf", 0x010F, 11, 1, 1.0),
    ]
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    picture = draw(PAPER, PURPLE).convert("RGB")
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    assert decode_drawing(file.getvalue()).shape in {picture.size, picture.size[::-1]}
    assert decode_page(file.getvalue()).width in picture.size


def test_the_first_picture_of_an_animated_canvas_is_read() -> None:
    picture = draw(TRANSPARENT, PURPLE)
    animated = encode(picture, save_all=True, append_images=[draw(PAPER, PURPLE)])
    assert_same(decode_drawing(animated), decode_drawing(encode(picture)))


def test_a_drawing_on_a_transparent_canvas_is_cut_out_with_a_margin() -> None:
    cutout = decode_drawing(encode(draw(TRANSPARENT, PURPLE)))
    assert cutout.shape == (80, 80)
    assert (cutout.row, cutout.column) == (4 + 20, 8 + 20)
    assert cutout.pixels.shape == (31, 17)


@pytest.mark.parametrize("width", [40, 2100])
def test_a_palette_with_too_many_opacities_is_broken(width: int) -> None:
    header = struct.pack(">IIBBBBB", width, 1, 8, 3, 0, 0, 0)
    chunks = {b"IHDR": header, b"PLTE": bytes(3), b"tRNS": bytes(300), b"IDAT": zlib.compress(bytes(1 + width))}
    with pytest.raises(UnreadableImageError, match="palette"):
        decode_drawing(make_png(chunks))


def test_the_reason_of_a_broken_picture_names_no_object_in_memory() -> None:
    header = struct.pack(">IIBBBBB", 8, 1, 4, 2, 0, 0, 0)  # RGB has no 4 bits a channel
    with pytest.raises(UnreadableImageError) as caught:
        decode_drawing(make_png({b"IHDR": header, b"IDAT": zlib.compress(bytes(13))}))
    assert "0x" not in str(caught.value)
