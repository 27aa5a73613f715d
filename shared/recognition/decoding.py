"""The bytes of a picture → one channel of grey levels in which its ink stands out, turned the right way up.

The size is checked from the header, before anything is decompressed. Transparency is resolved here: where the ink
itself is the only opaque thing, its opacity is the drawing, whatever its colour.
"""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from shared.recognition.errors import DrawingTooLargeError, UnreadableImageError

Grey = NDArray[np.uint8]  # (H, W)

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 40_000_000  # a phone's camera makes 12 to 50 million; decoded that is 160 MB of RGBA at most
REDUCED_SIDE = 1024  # a JPEG is decoded at the smallest eighth that keeps its sides above this
COLOUR_GAIN = 1.25  # a single colour channel replaces luminance only where its contrast is this much greater
OPAQUE = 128


def decode_drawing(data: bytes, max_pixels: int = MAX_PIXELS) -> Grey:
    """PNG, JPEG or WebP → (H, W) uint8. UnreadableImageError; DrawingTooLargeError as the header tells."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = picture.size
        if width * height > max_pixels:
            raise DrawingTooLargeError(_too_large(width, height, max_pixels))
        picture.draft("L" if picture.mode == "L" else "RGB", (REDUCED_SIDE, REDUCED_SIDE))
        return _grey_levels(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise DrawingTooLargeError(f"The picture is too large: {error}") from error
    except UnidentifiedImageError as error:
        raise UnreadableImageError("The file is not a PNG, JPEG or WebP picture.") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:  # Pillow's for broken files
        raise UnreadableImageError(f"The picture is broken and can't be decoded: {error}") from error


def _too_large(width: int, height: int, max_pixels: int) -> str:
    return f"The picture is {width} × {height} pixels; at most {max_pixels:,} pixels are read. Send a smaller one."


def _grey_levels(picture: Image.Image) -> Grey:
    if picture.mode.startswith("I"):  # 16 bits of grey
        return (np.asarray(picture, np.float64) / 257).clip(0, 255).astype(np.uint8)
    if not picture.has_transparency_data:
        return _strongest_channel(picture)
    rgba = picture.convert("RGBA")
    alpha = np.asarray(rgba.getchannel("A"))
    if alpha.min() == 255:
        return _strongest_channel(rgba.convert("RGB"))
    return _resolve_transparency(_strongest_channel(rgba.convert("RGB")), alpha)


def _resolve_transparency(grey: Grey, alpha: Grey) -> Grey:
    """Opacity is the ink, unless the opaque part is a picture of its own: large, and with contrast within."""
    opaque = alpha >= OPAQUE
    if opaque.mean() > 0.5:
        levels = grey[opaque]
        if np.ptp(np.percentile(levels, (2, 98))) > 48:
            paper = np.median(levels)
            weight = alpha.astype(np.float32) / 255
            return (grey * weight + paper * (1 - weight)).astype(np.uint8)
    return alpha


def _strongest_channel(picture: Image.Image) -> Grey:
    """Luminance, or the one of red, green and blue in which the ink stands out clearly more (yellow on white)."""
    luminance = np.asarray(picture.convert("L"))
    if picture.mode in {"1", "L", "LA"}:
        return luminance
    channels = np.asarray(picture.convert("RGB"))
    sampled = channels[:: max(1, channels.shape[0] // 256), :: max(1, channels.shape[1] // 256)].astype(np.float32)
    if float(np.abs(sampled[..., 0] - sampled[..., 1]).max() + np.abs(sampled[..., 1] - sampled[..., 2]).max()) == 0:
        return luminance
    spread = sampled.reshape(-1, 3).std(axis=0)
    strongest = int(spread.argmax())
    weights = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as Pillow's «L»
    if spread[strongest] > COLOUR_GAIN * float((sampled @ weights).std()):
        return np.ascontiguousarray(channels[..., strongest])
    return luminance
