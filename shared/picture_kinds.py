"""The first bytes of a file → what kind of file it is, and how to call it in a sentence.

Inference reads PNG, JPEG and WebP, and the page converts CONVERTED to one of them. Of every other kind both say what
the file is, so that the person knows what to do.
"""

import re
from typing import Literal

Kind = Literal[
    "PNG", "JPEG", "WEBP", "HEIC", "AVIF", "GIF", "BMP", "TIFF", "PDF", "SVG", "video", "archive", "empty", "?"
]

CONVERTED: tuple[Kind, ...] = ("HEIC", "AVIF", "GIF", "BMP", "TIFF", "PDF")
NAMES: dict[Kind, str] = {
    "PNG": "a PNG picture",
    "JPEG": "a JPEG picture",
    "WEBP": "a WebP picture",
    "HEIC": "a HEIC picture",
    "AVIF": "an AVIF picture",
    "GIF": "a GIF picture",
    "BMP": "a BMP picture",
    "TIFF": "a TIFF picture",
    "PDF": "a PDF document",
    "SVG": "an SVG drawing",
    "video": "a video",
    "archive": "a ZIP archive or an office document",
}

PDF_START = 1024  # bytes in which a PDF may begin, as its readers allow
SVG_START = 2048  # bytes in which the tag of an SVG is searched for; a comment may stand before it
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"RIFF....WEBP", "WEBP"),
    (rb"RIFF....AVI ", "video"),
    (rb"....ftyp(" + b"|".join(HEIC_BRANDS) + rb")", "HEIC"),
    (rb"....ftyp(" + b"|".join(AVIF_BRANDS) + rb")", "AVIF"),
    (rb"....ftyp", "video"),
    (rb"\x1aE\xdf\xa3", "video"),  # Matroska and WebM
    (rb"GIF8[79]a", "GIF"),
    (rb"BM....\0\0\0\0", "BMP"),
    (rb"II\*\0|MM\0\*", "TIFF"),
    (rb"PK\x03\x04", "archive"),
)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)


def find_kind(data: bytes) -> Kind:
    """`?` if the file begins like none of the kinds named here."""
    if not data:
        return "empty"
    for signature, kind in _SIGNATURES:
        if re.match(signature, data, re.DOTALL):
            return kind
    if b"%PDF-" in data[:PDF_START]:
        return "PDF"
    return "SVG" if _SVG.search(data[:SVG_START]) else "?"
