"""The large pictures of the fairness benchmark are real files, and cost what their names say."""

import io
import zlib

from PIL import Image

from benchmarks.fairness.large_pictures import (
    END_OF_IMAGE,
    draw_page,
    encode,
    make_animated_webp,
    make_jpeg_of_many_scans,
    make_photo,
    make_png_with_long_text,
)

SMALL = (320, 240)


def count_scans(content: bytes) -> int:
    return content.count(b"\xff\xda")


def test_an_animated_webp_claims_its_size_in_few_bytes() -> None:
    content = make_animated_webp((6250, 6250))
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (6250, 6250)
        assert picture.n_frames == 2  # type: ignore[attr-defined]
    assert len(content) < 200


def test_a_jpeg_of_many_scans_decodes_to_the_picture_without_the_extra_scans() -> None:
    plain = encode(draw_page(SMALL), "JPEG", progressive=True)
    many = make_jpeg_of_many_scans(SMALL, extra=20)
    assert count_scans(many) == count_scans(plain) + 20
    assert many.endswith(END_OF_IMAGE)
    with Image.open(io.BytesIO(many)) as picture:
        picture.load()
        assert picture.size == SMALL


def test_the_comment_of_a_png_inflates_to_its_length() -> None:
    content = make_png_with_long_text(SMALL, length=100_000)
    start = content.index(b"zTXt") + len(b"zTXtComment\0\0")
    assert zlib.decompressobj().decompress(content[start:]) == bytes(100_000)
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == SMALL


def test_a_photograph_is_noisy() -> None:
    assert len(make_photo(SMALL)) > 3 * len(encode(draw_page(SMALL), "JPEG"))
