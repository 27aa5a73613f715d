"""The preparation of picture files: conversion, limits, previews, cutouts."""

import base64
import io
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from services.frontend.elements.decoding import UnshowablePictureError
from services.frontend.views.photo.picture import (
    MAX_MIB,
    MIB,
    PREVIEW_SIDE,
    SHOWN_SIDE,
    STORED_SIDE,
    check_file,
    cut_out,
    find_margins,
    find_neighbours,
    make_cutout,
    make_preview,
    make_sendable,
    make_views,
    turn,
)
from shared.contracts.page import Box
from shared.upright import turn_clockwise, turn_upright

register_heif_opener()
TURNED = 6  # EXIF orientation: to be turned by 90° clockwise


def encode(picture: Image.Image, file_format: str, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    picture.save(file, file_format, exif=exif)
    return file.getvalue()


def box(left: int, top: int, width: int = 40, height: int = 60) -> Box:
    return Box(left=left, top=top, width=width, height=height)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_file_that_inference_accepts_is_not_changed(file_format: str) -> None:
    data = encode(Image.new("RGB", (30, 20), "white"), file_format, TURNED)
    assert make_sendable(data).data is data
    assert turn(data, 0) is data


@pytest.mark.parametrize("orientation", range(10))
def test_pictures_are_turned_as_pillow_turns_them(orientation: int) -> None:
    picture = Image.open(io.BytesIO(encode(Image.frombytes("L", (3, 2), bytes(range(6))), "PNG", orientation)))
    upright, expected = turn_upright(picture), ImageOps.exif_transpose(picture)
    assert (upright.size, upright.tobytes()) == (expected.size, expected.tobytes())


def test_a_file_of_any_kind_may_have_32_mb() -> None:
    for data in (encode(Image.new("RGB", (64, 48)), "HEIF"), encode(Image.new("RGB", (64, 48)), "JPEG")):
        check_file(data.ljust(MAX_MIB * MIB))
        with pytest.raises(UnshowablePictureError, match=r"^The file has 50\.0 MB; at most 32 MB are allowed\. Choose"):
            check_file(data.ljust(50 * MIB))


def test_the_page_and_the_server_allow_the_same_size() -> None:
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit/config.toml").read_text())
    assert config["server"]["maxUploadSize"] == MAX_MIB


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "a video"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive or an office document"),
        (b"no picture", "not a picture that Slate can read. It reads PNG"),
    ],
)
def test_each_kind_that_cannot_be_read_has_its_own_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnshowablePictureError, match=sentence):
        check_file(data)


def open_uri(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))


@pytest.mark.parametrize(("mode", "file_format"), [("RGB", "JPEG"), ("RGBA", "WEBP")])
def test_a_preview_is_small_and_keeps_transparency(mode: str, file_format: str) -> None:
    preview = open_uri(make_preview(Image.new(mode, (2 * PREVIEW_SIDE, PREVIEW_SIDE))))
    assert (preview.format, preview.mode, preview.size) == (file_format, mode, (PREVIEW_SIDE, PREVIEW_SIDE // 2))


def test_a_digit_is_cut_out_of_a_large_picture_at_its_box() -> None:
    picture = Image.new("RGB", (5000, 2500), "white")
    picture.paste("black", (1000, 500, 1400, 1100))
    preview, (cutout,) = make_views(encode(picture, "PNG"), 0, 5000, [box(1000, 500, 400, 600)])
    assert open_uri(preview).size == (1200, 600)
    cut = Image.open(io.BytesIO(cutout.stored))
    assert cut.size == pytest.approx((350, 450), abs=2)
    assert cut.getpixel((175, 225)) == (0, 0, 0)
    assert cut.getpixel((20, 20)) == (255, 255, 255)


def test_the_cutout_of_a_huge_digit_can_be_stored_and_is_small_on_the_page() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1500, 2000, 4), np.uint8)
    cutout = make_cutout(Image.fromarray(noise))
    assert Image.open(io.BytesIO(cutout.stored)).size == (STORED_SIDE, STORED_SIDE * 3 // 4)
    assert Image.open(io.BytesIO(cutout.shown)).size == (SHOWN_SIDE, SHOWN_SIDE * 3 // 4)
    assert len(cutout.stored) < 10 * 1024 * 1024


def test_the_paper_of_a_cutout_is_the_colour_around_the_digit() -> None:
    cut = Image.new("RGB", (40, 60), "#f4f1e8")
    cut.paste("grey", (0, 0, 3, 60))  # a frame
    cut.paste("black", (15, 5, 25, 55))
    assert make_cutout(cut).paper == "#f4f1e8"
    assert make_cutout(Image.new("RGBA", (40, 60))).paper == ""


def test_a_small_cutout_is_one_file_for_both_uses() -> None:
    cutout = make_cutout(Image.new("RGB", (SHOWN_SIDE, 40)))
    assert cutout.shown is cutout.stored


@pytest.mark.parametrize(("degrees", "corner"), [(0, (0, 0)), (90, (2, 0)), (180, (2, 2)), (270, (0, 2))])
def test_a_picture_is_turned_clockwise(degrees: int, corner: tuple[int, int]) -> None:
    picture = Image.new("L", (3, 3))
    picture.putpixel((0, 0), 255)
    assert turn_clockwise(picture, degrees).getpixel(corner) == 255


def test_a_turned_picture_keeps_its_transparency_and_is_upright() -> None:
    turned = Image.open(io.BytesIO(turn(encode(Image.new("RGBA", (30, 20)), "PNG"), 90)))
    assert (turned.size, turned.mode) == ((20, 30), "RGBA")
    turned = Image.open(io.BytesIO(turn(encode(Image.new("RGB", (30, 20)), "JPEG", TURNED), 90)))
    assert (turned.size, turned.getexif().get(0x0112)) == ((30, 20), None)


def test_the_neighbours_of_a_digit_give_it_the_same_margins_as_all_digits() -> None:
    chance = np.random.default_rng(1)
    boxes = [box(*map(int, place), 30, 40) for place in chance.integers(0, 600, (120, 2))]
    for place, near in enumerate(find_neighbours(boxes)):
        others = boxes[:place] + boxes[place + 1 :]
        assert len(near) < len(others) / 4
        assert find_margins(boxes[place], near) == find_margins(boxes[place], others)
    assert find_neighbours([]) == []


def test_a_cutout_ends_at_the_border_of_the_picture() -> None:
    cut = cut_out(Image.new("RGB", (100, 100)), 100, box(0, 30, 50, 70), [])
    assert cut.size == (68, 88)


def test_margins_end_halfway_to_the_next_digit() -> None:
    assert find_margins(box(100, 100), []) == (15, 15, 15, 15)
    beside = [box(50, 95), box(146, 110)]
    assert find_margins(box(100, 100), beside) == (5, 15, 3, 15)
    above_and_below = [box(95, 30), box(105, 168)]
    assert find_margins(box(100, 100), above_and_below) == (15, 5, 15, 4)
    assert find_margins(box(100, 100), [box(300, 100)]) == (15, 15, 15, 15)


def test_a_broken_picture_is_an_error_with_a_sentence() -> None:
    with pytest.raises(UnshowablePictureError, match="broken"):
        make_views(b"no picture", 0, 1, [])
