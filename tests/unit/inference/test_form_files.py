"""Files of a multipart form, as browsers and HTTP libraries write it."""

import httpx
import pytest
from fastapi.exceptions import RequestValidationError

from services.inference.http.form_files import FormFile, read_form_files

BOUNDARY = "multipart/form-data; boundary=b"


def encode(**options: object) -> tuple[bytes, str]:
    request = httpx.Request("POST", "http://inference", **options)  # type: ignore[arg-type]
    return request.read(), request.headers["content-type"]


def test_files_come_in_their_order_and_other_fields_are_left_out() -> None:
    files = [("file", ("a.png", b"one")), ("ü", ("b.png", b"two\r\n--")), ("empty", ("c.png", b""))]
    body, content_type = encode(files=files, data={"text": "hello"})
    assert read_form_files(body, content_type, 4) == [
        FormFile("file", b"one"),
        FormFile("ü", b"two\r\n--"),
        FormFile("empty", b""),
    ]


def test_a_large_file_stays_whole() -> None:
    content = bytes(range(256)) * 20_000
    body, content_type = encode(files={"file": content})
    assert read_form_files(body, content_type, 1)[0].content == content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--b\r\n\r\n", "multipart/form-data"),
        (b"no form", BOUNDARY),
        (b"--b\r\nno header\r\n\r\n\r\n--b--\r\n", BOUNDARY),
        (b"--b\r\n\r\nno name\r\n--b--\r\n", BOUNDARY),
        (b"--b\r\n" * 100, BOUNDARY),
        (b"", BOUNDARY + "b" * 1000),
    ],
)
def test_a_malformed_form_is_an_error(body: bytes, content_type: str) -> None:
    with pytest.raises(RequestValidationError):
        read_form_files(body, content_type, 10)


@pytest.mark.parametrize(
    "body", [b"", b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nnever ends']
)
def test_a_file_that_never_ends_is_no_file(body: bytes) -> None:
    assert read_form_files(body, BOUNDARY, 10) == []


def test_a_form_with_too_many_parts_is_refused() -> None:
    body, content_type = encode(files=[("file", (str(number), b"x")) for number in range(11)])
    with pytest.raises(RequestValidationError, match="more than 10"):
        read_form_files(body, content_type, 10)
