"""Files that inference does not read become files that it reads, in a process that a hostile file can't outlive."""

import io
import re
import sys
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from services.frontend.conversion import NotConvertedError, convert, converter
from services.frontend.conversion.first_picture import SIDE, read_first_picture
from services.frontend.elements.decoding import MAX_PIXELS, UnshowablePictureError
from services.frontend.views.photo.picture import SENDABLE_BYTES, make_sendable
from shared.picture_kinds import CONVERTED, find_kind

register_heif_opener()
KINDS = {"HEIC": "HEIF", "AVIF": "AVIF", "GIF": "GIF", "BMP": "BMP", "TIFF": "TIFF", "PDF": "PDF"}


def seven(mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).line((50, 20, 250, 20, 150, 180), fill="black", width=12)
    return picture.convert(mode)


def encode(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def is_seven(picture: Image.Image) -> bool:
    small = np.asarray(picture.convert("L").resize((300, 200)), float)
    return bool(np.abs(small - np.asarray(seven("L"), float)).mean() < 3)


def test_the_kinds_that_are_converted_are_those_tested_here() -> None:
    assert set(KINDS) == set(CONVERTED)


@pytest.mark.parametrize("kind", KINDS)
def test_every_such_kind_is_known_by_its_first_bytes_and_read(kind: str) -> None:
    data = encode(seven(), KINDS[kind])
    assert find_kind(data) == kind
    picture, has_more = read_first_picture(data)
    assert is_seven(picture)
    assert not has_more


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PDF"])
def test_of_several_pictures_the_first_is_read_and_the_others_are_noticed(kind: str) -> None:
    data = encode(seven(), kind, save_all=True, append_images=[seven().rotate(180)])
    picture, has_more = read_first_picture(data)
    assert is_seven(picture)
    assert has_more


@pytest.mark.parametrize(
    ("mode", "options"),
    [("1", {"compression": "group4"}), ("L", {"compression": "tiff_lzw"}), ("CMYK", {}), ("P", {})],
)
def test_a_tiff_of_any_scanner_is_read(mode: str, options: dict[str, object]) -> None:
    assert is_seven(read_first_picture(encode(seven(mode), "TIFF", **options))[0])


def test_a_tiff_with_16_bits_of_grey_keeps_its_shades() -> None:
    deep = Image.fromarray(np.asarray(seven("L"), np.uint16) * 257)
    assert is_seven(read_first_picture(encode(deep, "TIFF"))[0])


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_a_picture_is_turned_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    assert read_first_picture(encode(seven(), kind, exif=exif))[0].size == (200, 300)


def test_a_large_picture_is_reduced() -> None:
    picture, _ = read_first_picture(encode(Image.new("L", (6000, 4000)), "BMP"))
    assert max(picture.size) < 2 * SIDE


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF"])
def test_a_picture_with_too_many_pixels_is_refused_by_its_header(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_PIXELS, kind, 300 * 200 - 1)
    with pytest.raises(UnshowablePictureError, match="300 × 200 pixels; at most 59,999"):
        read_first_picture(encode(seven(), kind))


@pytest.mark.parametrize("kind", ["HEIC", "AVIF", "GIF", "BMP", "TIFF"])
def test_a_file_whose_end_is_missing_says_so(kind: str) -> None:
    data = encode(seven(), KINDS[kind])
    with pytest.raises(UnshowablePictureError, match=f"{kind} picture, but its end is missing"):
        read_first_picture(data[: len(data) * 2 // 3])


def test_a_broken_file_names_its_kind() -> None:
    with pytest.raises(UnshowablePictureError, match="seems to be a GIF picture, but it is broken"):
        read_first_picture(b"GIF89a and no more")
    with pytest.raises(UnshowablePictureError, match="PDF document is broken"):
        read_first_picture(b"%PDF-1.7 and no more")


def test_a_form_that_was_filled_in_on_a_screen_is_drawn_with_what_was_typed() -> None:
    page = "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[4 0 R]>>endobj\n"
    box = "0 0 0 rg 0 0 80 40 re f"
    look = f"5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 80 40]/Length 26>>stream\n{box}\nendstream endobj\n"
    field = "4 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(7)/Rect[20 20 100 60]/F 4/AP<</N 5 0 R>>>>endobj\n"
    catalog = "1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>endobj\n"
    pages = "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    pdf = f"%PDF-1.7\n{catalog}{pages}{page}{field}{look}trailer<</Root 1 0 R>>\n".encode()
    picture, _ = read_first_picture(pdf)
    assert picture.size == (2048, 1024)
    assert picture.getpixel((600, 600)) == (0, 0, 0)


def test_a_protected_pdf_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise pypdfium2.PdfiumError("Incorrect password error.", err_code=4)

    monkeypatch.setattr(pypdfium2.PdfDocument, "__init__", fail)
    with pytest.raises(UnshowablePictureError, match="protected with a password"):
        read_first_picture(encode(seven(), "PDF"))


def test_the_process_answers_with_a_file_that_inference_reads_or_with_a_sentence() -> None:
    converted = convert(encode(seven(), "GIF", save_all=True, append_images=[seven().rotate(180)]))
    picture = Image.open(io.BytesIO(converted.data))
    assert (picture.format, is_seven(picture), converted.has_more) == ("JPEG", True, True)
    with pytest.raises(NotConvertedError, match=r"^The PDF document is broken and can't be opened\.$"):
        convert(b"%PDF-1.7 and no more")


def test_a_picture_that_is_too_large_for_inference_is_made_smaller() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2200, 2700, 3), np.uint8)
    data = encode(Image.fromarray(noise), "PNG", compress_level=0)
    assert len(data) > SENDABLE_BYTES
    assert len(make_sendable(data).data) < SENDABLE_BYTES


@pytest.mark.parametrize(
    "program",
    ["import os; os.abort()", "while True: pass", "bytes(10**12)"],
    ids=["it crashes", "it never ends", "it needs all memory"],
)
def test_a_hostile_file_ends_with_its_process(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = "from services.frontend.conversion import __main__ as process; process.CPU_LIMIT_S = 1\n"
    command = [sys.executable, "-c", f"{limits}process.limit_costs()\n{program}"]
    monkeypatch.setattr(converter, "COMMAND", command)
    with pytest.raises(NotConvertedError, match=re.escape(converter.COSTS_TOO_MUCH)):
        convert(b"anything")


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"BMW is a car", lambda: bytes(40)])
def test_other_files_are_of_no_kind(make: Callable[[], bytes]) -> None:
    assert find_kind(make()) in {"empty", "?"}
