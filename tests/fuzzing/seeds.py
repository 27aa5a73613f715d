"""Small picture files of every format and kind that is accepted, for mutations to begin with."""

import numpy as np
import pillow_heif
from PIL import Image, PngImagePlugin

from tests.unit.recognition.written_page import write_rows
from tests.worst_pictures.files import encode
from tests.worst_pictures.pictures import animated_webp, opacity, smooth_levels


def make_seeds() -> list[bytes]:
    """The bytes of each file; most show two digits."""
    ink = (255 * write_rows(["37"], size=30)[0]).astype(np.uint8)
    grey, clear = Image.fromarray(255 - ink), Image.fromarray(opacity(ink))
    colour, noisy = grey.convert("RGB"), Image.fromarray(smooth_levels(60, 80))
    deep = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "compressed", zip=True)
    frames = {"save_all": True, "append_images": [colour.rotate(180)]}
    return [
        *(encode(picture, "PNG") for picture in (grey, clear, colour, grey.convert("1"), grey.convert("LA"))),
        *(encode(picture, "PNG") for picture in (colour.quantize(8), deep)),
        encode(colour.quantize(8), "PNG", transparency=0),
        encode(clear, "PNG", exif=exif, pnginfo=text),
        encode(colour, "PNG", **frames),
        *(encode(picture, "JPEG") for picture in (grey, colour, noisy, colour.convert("CMYK"))),
        encode(colour, "JPEG", progressive=True, exif=exif),
        encode(noisy, "JPEG", restart_marker_blocks=2, subsampling=0),
        encode(colour, "MPO", **frames),
        *(encode(picture, "WEBP") for picture in (colour, clear, noisy)),
        encode(clear, "WEBP", lossless=True, exif=exif),
        encode(colour, "WEBP", **frames),
        animated_webp(40, 30),
        encode(np.random.default_rng(0).integers(0, 256, (2, 90), np.uint8), "PNG"),
    ]


def make_converted() -> list[bytes]:
    """Small files of the kinds that the page converts."""
    picture = Image.fromarray(smooth_levels(48, 64))
    frames = {"save_all": True, "append_images": [picture.rotate(180)]}
    pillow_heif.register_heif_opener()
    return [
        *(encode(picture, file_format) for file_format in ("HEIF", "AVIF", "BMP", "TIFF", "PDF")),
        *(encode(picture, file_format, **frames) for file_format in ("GIF", "TIFF", "PDF")),
        encode(picture.convert("1"), "TIFF", compression="group4"),
        encode(picture, "TIFF", compression="tiff_lzw"),
        encode(picture.quantize(8), "BMP"),
    ]
