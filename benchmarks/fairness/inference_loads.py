"""The loads of inference, and the others: POST /v1/predict with a drawing of the page's canvas."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from benchmarks.fairness import bodies
from benchmarks.fairness.callers import Repeating
from benchmarks.fairness.large_pictures import (
    LARGEST_PNG,
    LARGEST_WEBP,
    draw_page,
    encode,
    make_animated_webp,
    make_jpeg_of_many_scans,
    make_photo,
    make_png_with_long_text,
)
from benchmarks.fairness.load import (
    HELD_GROWTH_MIB,
    PICTURE_GROWTH_MIB,
    Load,
    list_connection_loads,
    make_held_bodies,
    make_repeating,
)
from benchmarks.fairness.pictures import Grey, draw_checkerboard, draw_combs, draw_frames, encode_png
from benchmarks.fairness.request import Request
from benchmarks.wrk import make_drawing

PREDICT, READ, BATCH, EXPLAIN = "/v1/predict", "/v1/read", "/v1/predict/batch", "/v1/explain"
PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
FLOOD_CONNECTIONS = 64
WORST_PICTURE = "lossless WebP of 16 megapixels"  # of those in list_picture_loads


def make_others() -> Iterator[Request]:
    """A small drawing, again and again."""
    return itertools.repeat(post(PREDICT, make_drawing(), PNG))


def post(path: str, body: bytes, media_type: str) -> Request:
    """A request with a body of this media type."""
    return Request(path, body, {"Content-Type": media_type})


def list_inference_loads() -> Sequence[Load]:
    """All loads of inference."""
    get, small = Request("/healthz", method="GET"), post(PREDICT, b"", PNG)
    form = f'--{bodies.BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
    return [
        *list_page_loads(),
        *list_picture_loads(),
        *list_batch_loads(),
        *list_explain_loads(),
        *list_connection_loads(get, small),
        make_held_bodies("64 forms of 16 MB that stop before their last kB", post(PREDICT, b"", bodies.FORM), form),
    ]


def list_page_loads() -> Sequence[Load]:
    """Pages with very many outlines."""
    pages: dict[str, Callable[[], Grey]] = {
        **{f"checkerboard of {cell} px, 1,280 px a side": partial(draw_checkerboard, cell) for cell in (1, 2, 4)},
        "100 frames as large as the page": draw_frames,
        "100 combs as large as the page": draw_combs,
    }

    def make(draw: Callable[[], Grey]) -> Request:
        return post(READ, encode_png(draw()), PNG)

    return [make_repeating(f"page: {name}", partial(make, draw), PICTURE_GROWTH_MIB) for name, draw in pages.items()]


def list_picture_loads() -> Sequence[Load]:
    """Pictures that are large, or that say so: some larger than Slate decodes, and the largest that it decodes.

    Each is made once and sent to both paths.
    """
    pictures: dict[str, tuple[Callable[[], bytes], str]] = {
        "animated WebP of 39 megapixels, 140 bytes": (make_animated_webp, WEBP),
        "PNG of 39 megapixels": (cache(lambda: encode(draw_page(), "PNG")), PNG),
        "PNG of 24 megapixels": (cache(lambda: encode(draw_page(LARGEST_PNG), "PNG")), PNG),
        "lossless WebP of 39 megapixels": (cache(lambda: encode(draw_page(), "WEBP", lossless=True, method=0)), WEBP),
        WORST_PICTURE: (cache(lambda: encode(draw_page(LARGEST_WEBP), "WEBP", lossless=True, method=0)), WEBP),
        "progressive JPEG of 39 megapixels": (cache(lambda: encode(draw_page(), "JPEG", progressive=True)), JPEG),
        "JPEG of 39 megapixels and 300 scans": (cache(make_jpeg_of_many_scans), JPEG),
        "baseline JPEG of 39 megapixels": (cache(lambda: encode(draw_page(), "JPEG")), JPEG),
        "noisy JPEG of 12 megapixels": (cache(make_photo), JPEG),
        "PNG with a comment that inflates to 64 MiB": (make_png_with_long_text, PNG),
    }

    def make(picture: Callable[[], bytes], media_type: str, path: str) -> Request:
        return post(path, picture(), media_type)

    return [
        make_repeating(
            f"{name}, {path}",
            partial(make, picture, media_type, path),
            PICTURE_GROWTH_MIB,
            together=name == WORST_PICTURE,
        )
        for name, (picture, media_type) in pictures.items()
        for path in (PREDICT, READ)
    ]


def list_batch_loads() -> Sequence[Load]:
    """Bodies with very many parts."""
    json = "application/json"
    return [
        make_repeating(
            "batch of 10,000 images as bytes",
            lambda: post(BATCH, bodies.make_images(), "application/octet-stream"),
            together=True,
        ),
        make_repeating("batch of 9,800 images as JSON pixels", lambda: post(BATCH, bodies.make_pixels_json(), json)),
        make_repeating("batch of 10,000 PNG as base64", lambda: post(BATCH, bodies.make_base64_json(), json)),
        make_repeating("form of 10,000 PNG", lambda: post(BATCH, bodies.make_form(), bodies.FORM)),
        make_repeating("16 MiB of JSON brackets", lambda: post(PREDICT, bodies.make_brackets(), json), HELD_GROWTH_MIB),
        make_repeating("16 MB of JSON keys", lambda: post(PREDICT, bodies.make_keys(), json), HELD_GROWTH_MIB),
    ]


def list_explain_loads() -> Sequence[Load]:
    """Requests that need many passes of the network, or that come in large numbers."""

    def explain() -> Repeating:
        return Repeating(post(EXPLAIN, make_drawing(), PNG))

    def explain_best() -> Repeating:
        return Repeating(post(f"{EXPLAIN}?model=best", make_drawing(), PNG))

    def flood() -> Repeating:
        return Repeating(post(PREDICT, make_drawing(), PNG), FLOOD_CONNECTIONS)

    return [
        Load("/v1/explain", explain, callers=(1, 4, 16)),
        Load("/v1/explain?model=best", explain_best, together=True),
        Load("/v1/predict over 64 connections", flood, together=True),
    ]
