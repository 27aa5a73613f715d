"""Thumbnails: every stored file gives a picture, and pictures that are too large are not decoded."""

import base64
import io

import pytest
from PIL import Image

from services.frontend.elements.decoding import MAX_PIXELS
from services.frontend.elements.thumbnails import EMPTY_PICTURE, SIDE, make_thumbnail


def picture_of(width: int, height: int, file_format: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#20302C").save(file, file_format)
    return file.getvalue()


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_drawing_is_reduced(file_format: str) -> None:
    uri = make_thumbnail(picture_of(280, 140, file_format))
    small = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/webp;base64,"))))
    assert small.size == (SIDE, SIDE // 2)


def test_a_picture_that_is_too_large_to_decode_becomes_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_PIXELS, "PNG", 900 * 900)
    assert make_thumbnail(picture_of(1000, 1000, "PNG")) == EMPTY_PICTURE
    assert make_thumbnail(picture_of(1000, 1000, "JPEG")) != EMPTY_PICTURE


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("kept", [0, 3, 12, 20, 30, 60])
def test_a_broken_file_becomes_an_empty_picture(file_format: str, kept: int) -> None:
    assert make_thumbnail(picture_of(280, 280, file_format)[:kept]) == EMPTY_PICTURE
