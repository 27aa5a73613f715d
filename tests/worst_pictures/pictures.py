"""The worst pictures by name. Each is made when it is asked for, because some are large."""

import struct
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from tests.worst_pictures import inks
from tests.worst_pictures.files import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, encode, make_chunk, make_noisy_png

SIDES = (1280, 2048)  # the size of a photographed page, and the largest that is not reduced


def random_levels(height: int, width: int, channels: int | None = None) -> np.ndarray:
    """Noise, (height, width[, channels]) uint8."""
    shape = (height, width) if channels is None else (height, width, channels)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def smooth_levels(height: int, width: int, channels: int = 3) -> np.ndarray:
    """A gradient with a little noise, (height, width, channels) uint8, as in a photograph."""
    slope = np.add.outer(np.linspace(60, 160, height), np.linspace(0, 60, width))
    tile = np.random.default_rng(0).normal(0, 6, (256, 256))
    grain = np.tile(tile, (-(-height // 256), -(-width // 256)))[:height, :width]
    return np.repeat((slope + grain).astype(np.uint8)[..., None], channels, 2)


def opacity(ink: np.ndarray) -> np.ndarray:
    """Ink (H, W) as the opacity of a transparent picture, (H, W, 4)."""
    return np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink])


def bright_corner(side: int) -> np.ndarray:
    """One pixel of 255, (side, side) uint8."""
    picture = np.zeros((side, side), np.uint8)
    picture[0, 0] = 255
    return picture


def with_chunks(chunks: bytes) -> bytes:
    """A small PNG with these chunks before the pixels."""
    png = encode(np.full((40, 40), 255, np.uint8))
    return png[:33] + chunks + png[33:]


def fields_that_share_bytes(fields: int = 5000, shared: int = 60_000) -> bytes:
    """EXIF data whose fields all point to the same bytes."""
    entries = b"".join(struct.pack("<HHII", 0x9000 + i, 7, shared, 8) for i in range(fields))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", fields) + entries + bytes(4)


def animated_webp(width: int = 8000, height: int = 5000) -> bytes:
    """A file of few bytes whose first frame is a single pixel on a canvas of that size."""
    pixel = encode(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame = bytes(12) + bytes([100, 0, 0, 2]) + pixel
    chunks = [(b"VP8X", b"\x12\0\0\0" + canvas), (b"ANIM", bytes(6)), (b"ANMF", frame), (b"ANMF", frame)]
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(content)) + content for kind, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    return repeat_last_scan(encode(Image.new("L", (width, height), 128), "JPEG", progressive=True), scans)


def repeat_last_scan(data: bytes, scans: int) -> bytes:
    """A progressive JPEG with that many scans more."""
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * (scans + 1) + data[-2:]


def separate_scans(width: int, height: int) -> bytes:
    """A progressive JPEG with as much detail as its limits allow."""
    tile = Image.fromarray(random_levels(256, 256, 3))
    picture = Image.new("RGB", (width, height))
    for left in range(0, width, 256):
        for top in range(0, height, 256):
            picture.paste(tile, (left, top))
    return encode(picture, "JPEG", progressive=True, quality=40, subsampling=0)


HOSTILE_FILES: dict[str, Callable[[], bytes]] = {
    "PNG, RGBA, 24 megapixels": lambda: make_noisy_png(6000, 4000),
    "PNG, RGBA, 24 megapixels, interlaced": lambda: make_noisy_png(6000, 4000, interlaced=True),
    "PNG, RGB, 24 megapixels": lambda: make_noisy_png(6000, 4000, RGB),
    "PNG, palette, 24 megapixels": lambda: make_noisy_png(6000, 4000, PALETTE),
    "PNG, grey, 24 megapixels": lambda: make_noisy_png(6000, 4000, GREY),
    "PNG, 16-bit grey, 24 megapixels": lambda: make_noisy_png(6000, 4000, GREY, 16),
    "PNG, grey and opacity, 24 megapixels": lambda: make_noisy_png(6000, 4000, GREY_ALPHA),
    "PNG, 1 bit, 24 megapixels": lambda: make_noisy_png(6000, 4000, GREY, 1),
    "PNG, 16-bit RGBA, 12 megapixels": lambda: make_noisy_png(4000, 3000, RGBA, 16),
    "PNG, RGBA, 39 megapixels": lambda: make_noisy_png(7800, 5000),
    "PNG, grey, 2048 pixels a side": lambda: make_noisy_png(2048, 2048, GREY),
    "PNG, texts of 64 MB": lambda: with_chunks(make_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 64),
    "PNG, profile of 200 MB": lambda: with_chunks(make_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000)))),
    "PNG, a million chunks": lambda: with_chunks(make_chunk(b"tIME", b"") * 1_300_000),
    "PNG, 4,000 chunks": lambda: with_chunks(make_chunk(b"tEXt", b"a\0" + bytes(4000)) * 4000),
    "PNG, EXIF of 16 MB": lambda: with_chunks(make_chunk(b"eXIf", fields_that_share_bytes() + bytes(16_000_000))),
    "PNG, EXIF fields that share bytes": lambda: with_chunks(make_chunk(b"eXIf", fields_that_share_bytes())),
    "JPEG, 52 megapixels": lambda: encode(smooth_levels(6500, 8000), "JPEG", quality=85),
    "JPEG, 52 megapixels, CMYK": lambda: encode(
        Image.fromarray(smooth_levels(6500, 8000, 4), "CMYK"), "JPEG", quality=60, subsampling=0
    ),
    "JPEG, long and thin": lambda: encode(smooth_levels(3100, 16384), "JPEG"),
    "JPEG, 2047 pixels high": lambda: encode(smooth_levels(2047, 16384), "JPEG"),
    "JPEG, progressive, 15 megapixels": lambda: separate_scans(4096, 3840),
    "JPEG, progressive, 15 megapixels, 2 scans more": lambda: repeat_last_scan(separate_scans(4096, 3840), 2),
    "JPEG, progressive, 47 megapixels of grey, 4 scans more": lambda: many_scans(6900, 6900, 4),
    "JPEG, progressive, 39 megapixels": lambda: encode(smooth_levels(5000, 7800), "JPEG", progressive=True),
    "JPEG, 2,000 scans": lambda: many_scans(4000, 3000, 2000),
    "JPEG, EXIF fields that share bytes": lambda: encode(
        Image.new("L", (40, 40), 255), "JPEG", exif=b"Exif\0\0" + fields_that_share_bytes()
    ),
    "WebP, animated, 40 megapixels": animated_webp,
    "WebP, lossless, 16 megapixels": lambda: encode(smooth_levels(4000, 4000), "WEBP", lossless=True, method=0),
    "WebP, lossy, 16 megapixels": lambda: encode(smooth_levels(4000, 4000), "WEBP", quality=90, method=0),
    "WebP, lossy with opacity, 16 megapixels": lambda: encode(
        smooth_levels(4000, 4000, 4), "WEBP", quality=80, method=0
    ),
    "noise, 2 pixels wide": lambda: encode(random_levels(2000, 2)),
    "noise, 16,384 pixels long": lambda: encode(random_levels(20, 16384)),
    "noise, 1 pixel high, RGBA": lambda: encode(random_levels(1, 16384, 4)),
    "noise, 20 pixels high, RGBA": lambda: encode(random_levels(20, 16384, 4)),
    "noise, 1400 pixels high, RGBA": lambda: encode(random_levels(1400, 2048, 4)),
    "noise, RGBA": lambda: encode(random_levels(2000, 2000, 4)),
    "noise, grey": lambda: encode(random_levels(2048, 2048)),
    "noise, RGB, few colours": lambda: encode(random_levels(2048, 2048, 3) // 64 * 64),
    "noise, grey, five levels": lambda: encode(random_levels(2048, 2048) // 52 * 52),
    "opacity, faint": lambda: encode(opacity(np.maximum(random_levels(2048, 2048) % 18 + 7, bright_corner(2048)))),
    "photograph of 2048 pixels": lambda: encode(smooth_levels(2048, 2048)[..., 0]),
    "photograph of noise": lambda: encode(random_levels(2048, 2048) // 2 + 60),
    "opacity, noise of few levels": lambda: encode(opacity(random_levels(2048, 2048) // 64 * 64)),
    "opacity, photograph": lambda: encode(opacity(smooth_levels(2048, 2048)[..., 0])),
}


def make_inks(side: int) -> dict[str, Callable[[], inks.Grey]]:
    """Shapes of ink by name."""
    return {
        **{f"checkerboard of {cell} pixels": partial(inks.checkerboard, side, cell) for cell in (1, 2, 4, 8, 16)},
        **{f"dots every {step} pixels": partial(inks.grid_of_dots, side, step) for step in (2, 3, 8)},
        "400 dots": partial(inks.grid_of_dots, side, side // 20 + 1, side // 40),
        "mesh of 3 pixels": partial(inks.mesh, side, 3),
        "mesh of 100 holes": partial(inks.mesh, side, side // 7),
        **{f"noise of {share:.0%}": partial(inks.noise, side, share) for share in (0.02, 0.1, 0.3, 0.45)},
        **{f"{count} nested boxes": partial(inks.nested_boxes, side, count) for count in (90, 200)},
        **{f"{count} diagonals": partial(inks.diagonals, side, count) for count in (90, 150, 390)},
        **{f"{count} combs": partial(inks.combs, side, count) for count in (1, 20, 90, 200)},
        "comb with holes": partial(inks.comb_with_holes, side),
        "snake": partial(inks.snake, side),
    }


def list_pictures() -> dict[str, Callable[[], bytes]]:
    """Every worst picture by name."""
    drawn: dict[str, Callable[[], bytes]] = {}
    for side in SIDES:
        for name, make in make_inks(side).items():
            drawn[f"{name}, {side} px"] = partial(draw_opaque, make)
            if side == SIDES[-1]:
                drawn[f"{name}, {side} px, transparent"] = partial(draw_transparent, make)
    return HOSTILE_FILES | drawn


def draw_opaque(make: Callable[[], inks.Grey]) -> bytes:
    """Black ink on white paper."""
    return encode(255 - make())


def draw_transparent(make: Callable[[], inks.Grey]) -> bytes:
    """Opaque ink on a transparent canvas."""
    return encode(opacity(make()))
