"""Decoding on the page: every kind of picture, the limits, and files that are broken in any way."""

import io
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageFile
from pillow_heif import HeifImageFile, register_heif_opener

from services.frontend.elements import decoding
from services.frontend.elements.decoding import MAX_PIXELS, UnshowablePictureError, use_picture
from shared.picture_limits import MAX_SIDE
from tests.unit.frontend.test_page_picture import TURNED, encode

SIDE = 2048
HEIF = ("HEIF",)
register_heif_opener()


def decode(data: bytes, side: int = SIDE, formats: tuple[str, ...] = decoding.INFERENCE_FORMATS) -> Image.Image:
    return use_picture(data, side, lambda picture: picture, formats)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("side", [SIDE, 8])
def test_every_mode_of_pixels_is_decoded_and_reduced(mode: str, side: int) -> None:
    picture = decode(encode(Image.new(mode, (30, 20), 0), "PNG"), side)
    assert picture.mode == ("RGBA" if mode in {"LA", "RGBA"} else "RGB")
    assert picture.size == ((30, 20) if side == SIDE else (10, 7))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("side", [SIDE, 8])
def test_a_picture_is_turned_as_exif_says(file_format: str, side: int) -> None:
    picture = decode(encode(Image.new("RGB", (30, 20), "white"), file_format, TURNED), side)
    assert picture.width < picture.height


@pytest.mark.parametrize("error", [struct.error, ZeroDivisionError, OverflowError, AttributeError, SyntaxError])
def test_a_picture_with_broken_exif_is_shown(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Image.Image) -> Image.Exif:
        raise error

    monkeypatch.setattr(Image.Image, "getexif", fail)
    assert decode(encode(Image.new("RGB", (30, 20)), "PNG", TURNED)).mode == "RGB"


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 128 * 256)
    assert decode(encode(picture, "PNG")).getpixel((0, 0)) == (128, 128, 128)


def test_a_picture_of_many_bands_is_reduced_as_pillow_reduces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "BAND_PIXELS", 1000)
    picture = Image.radial_gradient("L").resize((301, 203)).convert("RGB")
    assert decode(encode(picture, "PNG"), 100).tobytes() == picture.reduce(3).tobytes()


def test_a_jpeg_of_a_phone_with_a_second_picture_in_it_is_decoded() -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    assert decode(file.getvalue()).size == (30, 20)


def test_of_an_animated_picture_the_first_frame_is_decoded() -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(
        file, "WEBP", save_all=True, append_images=[Image.new("RGB", (30, 20), "blue")], lossless=True
    )
    assert decode(file.getvalue()).getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "HEIF"])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(
    file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: ImageFile.ImageFile) -> None:
        pytest.fail("decoded")

    data = encode(Image.new("RGB", (64, 48)), file_format)
    for each in (ImageFile.ImageFile, HeifImageFile):
        monkeypatch.setattr(each, "load", fail)
    monkeypatch.setitem(MAX_PIXELS, file_format, 64 * 48 - 1)
    with pytest.raises(UnshowablePictureError, match="64 × 48 pixels; at most 3,071"):
        decode(data, formats=(file_format,))


def test_a_picture_with_a_huge_side_is_refused() -> None:
    with pytest.raises(UnshowablePictureError, match="16,384 for each side"):
        decode(encode(Image.new("1", (MAX_SIDE + 1, 1)), "PNG"))


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, AssertionError, RecursionError, struct.error, KeyError])
def test_whatever_a_decoder_raises_is_a_problem_of_that_picture_alone(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = encode(Image.new("RGB", (30, 20)), "PNG")

    def fail(_: Image.Image) -> None:
        raise error("inside the decoder")

    with monkeypatch.context() as patch:
        patch.setattr(ImageFile.ImageFile, "load", fail)
        with pytest.raises(UnshowablePictureError, match="broken"):
            decode(good)
    assert decode(good).size == (30, 20)


@pytest.mark.parametrize("kept", [20, 60, 150, 300, 400])
def test_a_heic_file_that_is_cut_off_is_broken(kept: int) -> None:
    data = encode(Image.effect_noise((64, 64), 50), "HEIF")
    assert len(data) > kept
    with pytest.raises(UnshowablePictureError, match=r"broken|its end is missing"):
        decode(data[:kept], formats=HEIF)


def test_one_thread_decodes_the_pictures_of_all_visitors() -> None:
    picture = encode(Image.new("RGB", (30, 20)), "PNG")
    with ThreadPoolExecutor(8) as visitors:
        names = visitors.map(lambda _: use_picture(picture, SIDE, lambda _: threading.current_thread().name), range(40))
    assert len(set(names)) == 1
