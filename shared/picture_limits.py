"""How many pixels a picture file may have. Inference refuses larger files, and the page shows all others.

A limit follows from the memory and the time that decoding takes: `python -m benchmarks.worst_pictures`.
"""

from typing import Literal

Format = Literal["PNG", "JPEG", "WEBP"]  # the formats that inference reads

MAX_PIXELS = {  # by format
    "JPEG": 52_000_000,  # phone cameras take 12 to 50 million; decoded at a reduced size
    "PNG": 24_000_000,  # decoded at full size, with 4 bytes a pixel
    "WEBP": 16_000_000,  # decoded at full size, with 9 to 16 bytes a pixel
}
MAX_SIDE = 16_384  # pixels, about the limit of WebP
