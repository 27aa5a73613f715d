"""JSON whose values would take far more memory than its bytes is refused before it is parsed."""

import json

import pytest
from fastapi.exceptions import RequestValidationError

from services.inference.http.json_values import parse_json

IMAGE = [[0] * 28] * 28


@pytest.mark.parametrize("images", [1, 1000])
def test_as_many_images_as_allowed_are_parsed(images: int) -> None:
    assert parse_json(json.dumps({"images": [IMAGE] * images}).encode(), images) == {"images": [IMAGE] * images}
    assert parse_json(json.dumps({"images": ["iVBO"] * images}).encode(), images) == {"images": ["iVBO"] * images}


@pytest.mark.parametrize(
    "body",
    [
        b"{" + b",".join(b'"%d":0' % number for number in range(1000)) + b"}",
        b"[" * 1000 + b"]" * 1000,
        b"[" + b"[]," * 1000 + b"0]",
        b"[" + b"{}," * 1000 + b"0]",
        b"[" + b'"",' * 1000 + b"0]",
    ],
)
def test_too_many_values_are_refused(body: bytes) -> None:
    with pytest.raises(RequestValidationError, match="too many"):
        parse_json(body)
