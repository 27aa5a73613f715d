"""Only small pictures whose costs their header bounds are quick."""

import numpy as np
import pytest
from PIL import Image

from shared.recognition.picture_file import is_quick
from shared.recognition.picture_file.quick import QUICK_BYTES, QUICK_PARTS
from tests.worst_pictures.files import encode, make_chunk, make_noisy_png

CANVAS = Image.new("RGBA", (280, 280), (0, 0, 0, 0))
PHOTOGRAPH = Image.new("RGB", (400, 400), "white")
NOISE = np.random.default_rng(0).integers(0, 256, (500, 500, 4), np.uint8)
PNG = encode(CANVAS)

QUICK = {
    "canvas": PNG,
    "palette": encode(CANVAS.convert("RGB").quantize()),
    "JPEG": encode(PHOTOGRAPH, "JPEG"),
    "grey JPEG": encode(PHOTOGRAPH.convert("L"), "JPEG"),
    "WebP": encode(PHOTOGRAPH, "WEBP"),
}
SLOW = {
    "empty": b"",
    "no picture": b"%PDF-1.7",
    "too wide": encode(Image.new("L", (1100, 20))),
    "too many pixels": encode(Image.new("L", (401, 400))),
    "too many bytes": encode(NOISE),
    "too many parts": PNG[:33] + make_chunk(b"tEXt", b"a\0b") * (QUICK_PARTS + 1) + PNG[33:],
    "progressive JPEG": encode(PHOTOGRAPH, "JPEG", progressive=True),
    "lossless WebP": encode(CANVAS, "WEBP", lossless=True),
    "animated WebP": encode(CANVAS, "WEBP", save_all=True, append_images=[PHOTOGRAPH.resize((280, 280))]),
    "huge PNG in few bytes": make_noisy_png(2000, 2000),
}


@pytest.mark.parametrize("data", QUICK.values(), ids=QUICK)
def test_a_small_plain_picture_is_quick(data: bytes) -> None:
    assert is_quick(data)


@pytest.mark.parametrize("data", SLOW.values(), ids=SLOW)
def test_every_other_file_is_not_quick(data: bytes) -> None:
    assert not is_quick(data)


def test_a_quick_file_is_at_most_as_long_as_the_limit() -> None:
    assert is_quick(PNG + bytes(QUICK_BYTES - len(PNG)))
    assert not is_quick(PNG + bytes(QUICK_BYTES - len(PNG) + 1))


@pytest.mark.parametrize("data", QUICK.values(), ids=QUICK)
def test_a_file_that_is_cut_off_anywhere_raises_nothing(data: bytes) -> None:
    assert {is_quick(data[:length]) for length in range(len(data))} <= {True, False}
