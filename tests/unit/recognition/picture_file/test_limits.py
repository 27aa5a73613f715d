"""A file that would cost too much is refused by its header, and decoders get nothing but pixels."""

import struct

import numpy as np
import pytest
from PIL import Image

from shared.recognition.decoding import decode_drawing, decode_page
from shared.recognition.errors import DrawingTooLargeError, UnreadableImageError
from shared.recognition.picture_file import open_picture
from shared.recognition.picture_file.limits import MAX_PARTS
from tests.worst_pictures.files import GREY, PALETTE, RGBA, encode, make_chunk, make_png, make_row
from tests.worst_pictures.pictures import (
    animated_webp,
    fields_that_share_bytes,
    many_scans,
    repeat_last_scan,
    smooth_levels,
    with_chunks,
)

PICTURE = Image.fromarray(smooth_levels(30, 40))
TURNED = Image.Exif()
TURNED[0x0112] = 6  # turn by 90° clockwise to see it upright


@pytest.mark.parametrize(
    ("size", "colour", "depth"),
    [((6000, 4001), RGBA, 8), ((6000, 2001), RGBA, 16), ((6001, 4000), GREY, 1), ((16385, 2), GREY, 8)],
)
def test_a_png_of_too_many_pixels_is_refused_by_its_header(size: tuple[int, int], colour: int, depth: int) -> None:
    with pytest.raises(DrawingTooLargeError, match=f"{size[0]} × {size[1]} pixels"):
        decode_drawing(make_png(size, [], colour, depth))


def test_a_webp_of_too_many_pixels_is_refused_by_its_header() -> None:
    large = bytearray(encode(PICTURE, "WEBP"))
    large[26:30] = struct.pack("<HH", 4001, 4000)
    with pytest.raises(DrawingTooLargeError, match="4001 × 4000"):
        decode_drawing(bytes(large))


def test_a_jpeg_of_a_phone_with_50_megapixels_is_read() -> None:
    page = decode_page(encode(Image.new("L", (8192, 6144), 255), "JPEG"))
    assert (page.width, page.height) == (8192, 6144)
    assert page.grey.shape == (1536, 2048)


def test_a_progressive_jpeg_is_read_up_to_its_own_limit() -> None:
    assert decode_drawing(encode(PICTURE, "JPEG", progressive=True)).shape == (30, 40)
    with pytest.raises(DrawingTooLargeError, match="progressive"):
        decode_drawing(encode(Image.new("RGB", (7000, 5000)), "JPEG", progressive=True))


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    assert decode_drawing(repeat_last_scan(encode(PICTURE, "JPEG", progressive=True), 2)).shape == (30, 40)
    with pytest.raises(DrawingTooLargeError, match="scans"):
        decode_drawing(many_scans(2000, 2000, 200))


@pytest.mark.parametrize("chunk", [make_chunk(b"tIME", b""), make_chunk(b"IDAT", b"")])
def test_a_file_of_very_many_parts_is_refused(chunk: bytes) -> None:
    with pytest.raises(DrawingTooLargeError, match="parts"):
        decode_drawing(with_chunks(chunk * MAX_PARTS))


def test_decoders_see_no_texts_profiles_and_exif_fields() -> None:
    text = make_chunk(b"zTXt", b"a\0\0secret") + make_chunk(b"iCCP", b"secret") + make_chunk(b"eXIf", b"secret")
    assert open_picture(with_chunks(text)).data == with_chunks(b"")
    jpeg = encode(PICTURE, "JPEG", icc_profile=b"secret", comment=b"secret", exif=b"Exif\0\0secret")
    assert b"secret" not in open_picture(jpeg).data
    webp = encode(PICTURE, "WEBP", icc_profile=b"secret", xmp=b"secret", exif=b"Exif\0\0secret")
    assert b"secret" not in open_picture(webp).data
    for data in (jpeg, webp):
        assert decode_drawing(data).shape == (30, 40)


def test_exif_fields_that_share_bytes_are_not_read() -> None:
    assert decode_drawing(with_chunks(make_chunk(b"eXIf", fields_that_share_bytes()))).shape == (40, 40)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_every_format_is_turned_by_its_exif(file_format: str) -> None:
    page = decode_page(encode(PICTURE, file_format, exif=TURNED))
    assert page.grey.shape == (40, 30)
    assert (page.width, page.height) == (30, 40)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "MPO"])
def test_the_first_of_several_pictures_is_read(file_format: str) -> None:
    first, second = Image.new("RGB", (40, 30), "white"), Image.new("RGB", (40, 30), "black")
    first.putpixel((5, 5), (0, 0, 0))
    several = encode(first, file_format, save_all=True, append_images=[second])
    assert decode_drawing(several).fill().mean() > 200


def test_the_canvas_of_an_animation_is_never_made() -> None:
    picture = open_picture(animated_webp(8000, 5000))
    assert (picture.width, picture.height) == (1, 1)
    assert decode_drawing(animated_webp(8000, 5000)).shape == (1, 1)


@pytest.mark.parametrize("side", [40, 2100])
def test_a_picture_without_its_palette_is_broken(side: int) -> None:
    with pytest.raises(UnreadableImageError, match="palette"):
        decode_drawing(make_png((side, side), [make_row(side, PALETTE)] * side, PALETTE))


def test_a_second_header_is_refused() -> None:
    png = with_chunks(b"")
    with pytest.raises(UnreadableImageError, match="two headers"):
        decode_drawing(png[:33] + png[8:33] + png[33:])
    jpeg = encode(PICTURE, "JPEG")
    frame = jpeg.index(b"\xff\xc0")
    with pytest.raises(UnreadableImageError, match="two headers"):
        decode_drawing(jpeg[:frame] + jpeg[frame : frame + 19] + jpeg[frame:])


def test_a_large_webp_is_reduced_like_a_png() -> None:
    levels = smooth_levels(2100, 2100)
    levels[500:600, 500:1500] = 20
    png, webp = (decode_drawing(encode(levels, *options)).fill() for options in (("PNG",), ("WEBP",)))
    lossless = decode_drawing(encode(levels, "WEBP", lossless=True, method=0)).fill()
    assert np.array_equal(png, lossless)
    assert np.abs(png.astype(int) - webp).mean() < 3


def test_the_chunks_inside_a_frame_are_counted_like_those_of_the_file() -> None:
    inside = bytes(16) + b"XXXX\0\0\0\0" * (MAX_PARTS + 2)
    frame = b"ANMF" + len(inside).to_bytes(4, "little") + inside
    webp = b"RIFF" + (4 + len(frame)).to_bytes(4, "little") + b"WEBP" + frame
    with pytest.raises(DrawingTooLargeError, match="parts"):
        open_picture(webp)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (encode(PICTURE, "GIF"), "The file is a GIF picture. Send a PNG, JPEG or WebP picture."),
        (b"%PDF-1.7", "The file is a PDF document. Send a PNG, JPEG or WebP picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The file is an SVG drawing. Send a PNG, JPEG or WebP picture."),
        (b"no picture", "The file is not a PNG, JPEG or WebP picture."),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableImageError) as caught:
        open_picture(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_a_file_whose_end_is_missing_says_so(file_format: str) -> None:
    data = encode(Image.fromarray(smooth_levels(300, 400)), file_format)
    with pytest.raises(UnreadableImageError, match="its end is missing"):
        decode_drawing(data[: len(data) // 2])


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_jpeg_of_a_printer_has_dark_ink_on_light_paper(mode: str) -> None:
    picture = Image.new("RGB", (60, 60), "white")
    picture.paste("black", (20, 10, 30, 50))
    grey = decode_drawing(encode(picture.convert(mode), "JPEG", quality=95)).fill()
    assert grey[5, 5] > 200
    assert grey[30, 25] < 60
