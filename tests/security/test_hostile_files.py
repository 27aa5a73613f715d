"""Bombs, files that are two kinds at once, and files with orders: each is read as what it begins like, or refused."""

import contextlib
import io
import socket
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from services.frontend.conversion import convert
from services.frontend.conversion.first_picture import read_first_picture
from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.views.photo.picture import check_file
from shared.picture_kinds import CONVERTED, find_kind
from shared.recognition.decoding import decode_drawing
from shared.recognition.errors import DrawingError
from shared.recognition.picture_file import open_picture
from shared.web.media_type import detect_media_type
from shared.web.problems import ProblemError
from tests.fuzzing.seeds import make_converted, make_seeds
from tests.worst_pictures import converted, documents
from tests.worst_pictures.files import encode

register_heif_opener()
FORMATS = {"HEIC": "HEIF", "JPEG": "JPEG", "WEBP": "WEBP"} | {
    kind: kind for kind in ("PNG", "AVIF", "GIF", "BMP", "TIFF")
}
SCRIPT = b"<html><script>alert(1)</script></html>"


def stroke() -> Image.Image:
    picture = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(picture).line((10, 5, 50, 35), fill="black", width=6)
    return picture


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "hidden")
    return file.getvalue()


@pytest.mark.parametrize("tail", [SCRIPT, zipped(), documents.make_pdf({}), encode(Image.new("L", (9, 9)), "PNG")])
@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_a_picture_changes_nothing(kind: str, tail: bytes) -> None:
    data = encode(stroke(), FORMATS[kind])
    assert find_kind(data + tail) == kind
    if kind in CONVERTED:
        plain, with_tail = (read_first_picture(each)[0] for each in (data, data + tail))
        assert with_tail.tobytes() == plain.tobytes()
    else:
        assert (decode_drawing(data + tail).fill() == decode_drawing(data).fill()).all()
        if kind != "JPEG":  # of a JPEG the decoder stops at its end
            assert tail not in open_picture(data + tail).data


@pytest.mark.parametrize("data", [*make_seeds(), *make_converted(), SCRIPT, zipped(), b""])
def test_storage_takes_as_a_picture_what_inference_takes_as_one(data: bytes) -> None:
    kind = find_kind(data)
    if kind in ("PNG", "JPEG", "WEBP"):
        assert detect_media_type(data) == f"image/{kind.lower()}"
    else:
        with pytest.raises(ProblemError):
            detect_media_type(data)
        with pytest.raises(DrawingError):
            decode_drawing(data)


@pytest.mark.parametrize("claimed", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBP", b"GIF89a", b"II*\0"])
def test_a_picture_of_another_kind_than_it_begins_like_is_broken(claimed: bytes) -> None:
    data = claimed + encode(stroke(), "PNG")[8:]
    if claimed.startswith(b"\x89"):
        data = claimed + encode(stroke(), "JPEG")
    with pytest.raises((DrawingError, UnshowablePictureError)):
        read_first_picture(data) if find_kind(data) in CONVERTED else decode_drawing(data)


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><svg>&d;</svg>',
        b"<!--" + b" " * 1000 + b"--><SVG/>",
        SCRIPT,
        b"%!PS-Adobe-3.0\n(a) run",
        b"push graphic-context\nimage over 0,0 0,0 'https://example.org'\n",
    ],
)
def test_drawings_that_are_programs_are_never_read(data: bytes) -> None:
    with pytest.raises(UnshowablePictureError):
        check_file(data)
    with pytest.raises(DrawingError):
        decode_drawing(data)


BOMBS: dict[str, Callable[[], bytes]] = {
    "HEIC": lambda: converted.with_claimed_size("HEIF", 16_384, 16_384),
    "AVIF": lambda: converted.with_claimed_size("AVIF", 16_384, 16_384),
    "GIF": lambda: converted.gif_that_claims(65_535, 65_535),
    "BMP": lambda: converted.bmp_of_runs(16_000, 16_000),
    "TIFF": lambda: converted.make_tiff(
        {256: (4, 1, 2**31 - 1), 257: (4, 1, 2**31 - 1), 258: (3, 1, 8), 259: (3, 1, 8), 262: (3, 1, 1)}
    ),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_file_that_claims_a_huge_picture_is_refused_by_its_header(kind: str) -> None:
    data = BOMBS[kind]()
    assert find_kind(data) == kind
    assert len(data) < 20_000
    with pytest.raises(UnshowablePictureError, match=r"at most [\d,]+ are allowed|broken"):
        read_first_picture(data)


@pytest.mark.parametrize(
    "make",
    [
        lambda: converted.gif_of_many_pictures(2000),
        converted.tiff_that_repeats_itself,
        lambda: converted.tiff_of_nothing(2000, 1500),
        lambda: documents.many_pages(500),
        lambda: documents.deep_array(10_000),
        lambda: documents.large_image(1000),
        documents.form_in_itself,
        lambda: documents.forms_in_forms(3, 4),
    ],
)
def test_much_in_few_bytes_is_read_as_its_first_picture(make: Callable[[], bytes]) -> None:
    data = make()
    assert len(data) < 400_000
    assert max(read_first_picture(data)[0].size) <= 4095


@pytest.mark.parametrize("make", [documents.pages_in_a_circle, lambda: documents.huge_page(10**9)])
def test_a_document_without_an_end_or_of_no_size_is_drawn_or_refused(make: Callable[[], bytes]) -> None:
    with contextlib.suppress(UnshowablePictureError):
        assert max(read_first_picture(make())[0].size) <= 4095


def test_a_document_starts_no_program_and_loads_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = b"http://127.0.0.1:%d/" % server.getsockname()[1]
        plain = convert(documents.make_pdf({}))
        assert convert(documents.with_orders(url)) == plain
        with pytest.raises(BlockingIOError):  # nobody has connected
            server.accept()
