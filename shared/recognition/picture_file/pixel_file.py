"""What the reading of a file's parts finds: the size, the EXIF data, and a file of nothing but the pixels."""

from dataclasses import dataclass

from shared.picture_limits import Format


@dataclass(frozen=True)
class PixelFile:
    """`width` and `height` are those before the picture is turned. `exif` starts with its TIFF header, or is empty.

    `data` is the picture file without all parts that hold no pixels. `plain`: the time to decode it is bounded by the
    number of pixels and the length of `data`, without further limits.
    """

    file_format: Format
    width: int
    height: int
    exif: bytes
    data: bytes
    plain: bool
