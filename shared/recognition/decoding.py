"""The bytes of a picture → one channel of grey levels in which its ink stands out, turned the right way up.

The size is checked from the header, before anything is decompressed, and a large picture is reduced as soon as it is
decoded. Transparency is resolved here: where the ink alone is opaque, its opacity is the drawing, whatever its colour.
"""

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from shared.recognition.errors import DrawingTooLargeError, UnreadableImageError

Grey = NDArray[np.uint8]  # (H, W)

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 40_000_000  # a phone's camera makes 12 to 50 million, as JPEG, which is decoded reduced
MAX_SIDE = 16_384  # pixels, WebP's own limit
REDUCED_SIDE = 2048  # pixels; what is larger is reduced by a whole factor until it fits
COLOUR_GAIN = 1.25  # one colour channel replaces luminance only where its contrast is this much greater
OPAQUE = 0.5  # of the greatest opacity
SOLID_SHARE = 0.7  # of its bounding box that a picture with transparent surroundings fills; a disc fills 0.79
OWN_CONTRAST = 48  # levels within the opaque part, far more than one pen's shading
BROKEN_EXIF = (struct.error, SyntaxError, ValueError, TypeError, KeyError, ZeroDivisionError, OverflowError, OSError)
BROKEN_FILE = (*BROKEN_EXIF, EOFError, IndexError)

Image.MAX_IMAGE_PIXELS = None  # Pillow's own check only warns below twice this; ours refuses, with a sentence


def decode_drawing(data: bytes, max_pixels: int = MAX_PIXELS) -> Grey:
    """PNG, JPEG or WebP → (H, W) uint8. UnreadableImageError; DrawingTooLargeError as the header tells."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture.size, max_pixels)
        picture.draft("L" if picture.mode == "L" else "RGB", (REDUCED_SIDE // 2, REDUCED_SIDE // 2))
        return _grey_levels(_reduce(_turn_upright(picture)))
    except UnidentifiedImageError as error:
        raise UnreadableImageError("The file is not a PNG, JPEG or WebP picture.") from error
    except BROKEN_FILE as error:
        raise UnreadableImageError(f"The picture is broken and can't be decoded: {error}") from error


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels or max(size) > MAX_SIDE:
        raise DrawingTooLargeError(
            f"The picture is {width} × {height} pixels; at most {max_pixels:,} pixels and "
            f"{MAX_SIDE:,} a side are read. Send a smaller one."
        )


def _turn_upright(picture: Image.Image) -> Image.Image:
    """By EXIF's orientation; an EXIF block that is broken turns nothing."""
    try:
        turned = ExifTags.Base.Orientation in picture.getexif()
    except BROKEN_EXIF:
        return picture
    return ImageOps.exif_transpose(picture) if turned else picture


def _reduce(picture: Image.Image) -> Image.Image:
    """In eight bits a channel, no side longer than REDUCED_SIDE."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    factor = -(-max(picture.size) // REDUCED_SIDE)
    if factor == 1:
        return picture
    if picture.mode in {"1", "P", "PA"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _grey_levels(picture: Image.Image) -> Grey:
    if not picture.has_transparency_data:
        return _strongest_channel(picture)
    rgba = picture.convert("RGBA")
    alpha = np.asarray(rgba.getchannel("A"))
    grey = _strongest_channel(rgba.convert("RGB"))
    return grey if alpha.min() == 255 else _resolve_transparency(grey, alpha)


def _resolve_transparency(grey: Grey, alpha: Grey) -> Grey:
    """Opacity is the ink, unless what is opaque is a picture of its own: a solid shape with contrast within."""
    if alpha.max() == 0:
        return alpha
    opacity = alpha.astype(np.float32) / alpha.max()
    opaque = opacity >= OPAQUE
    levels = grey[opaque]
    if _fills_its_box(opaque) and np.ptp(np.percentile(levels, (2, 98))) > OWN_CONTRAST:
        paper = np.median(levels)
        return np.asarray(grey * opacity + paper * (1 - opacity), np.uint8)
    return np.pad((opacity * 255).astype(np.uint8), max(alpha.shape) // 2)  # so that the paper is what there is most of


def _fills_its_box(shape: NDArray[np.bool_]) -> bool:
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    box = shape[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return bool(box.mean() > SOLID_SHARE)


def _strongest_channel(picture: Image.Image) -> Grey:
    """Luminance, or the one of red, green and blue in which the ink stands out clearly more (yellow on white)."""
    luminance = np.asarray(picture.convert("L"))
    if picture.mode in {"1", "L", "LA"}:
        return luminance
    channels = np.asarray(picture.convert("RGB"))
    sampled = channels[:: max(1, channels.shape[0] // 256), :: max(1, channels.shape[1] // 256)].astype(np.float32)
    spread = sampled.reshape(-1, 3).std(axis=0)
    strongest = int(spread.argmax())
    weights = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as Pillow's «L»
    if spread[strongest] > COLOUR_GAIN * float((sampled @ weights).std()):
        return np.ascontiguousarray(channels[..., strongest])
    return luminance
