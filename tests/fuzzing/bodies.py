"""Parses mutated request bodies as inference does: each has drawings, or is refused as an invalid request.

The first line of the input chooses the form of the body: it is its media type.
"""

import json
from contextlib import suppress

from fastapi.exceptions import RequestValidationError

from services.inference.drawing import DrawingList, DrawingSource
from services.inference.http.batch_body import FormList, JsonList
from services.inference.http.drawing_body import FormBody, JsonBody, PictureBody
from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.recognition.errors import UnreadableImageError
from shared.web.problems import ProblemError

REFUSALS = (RequestValidationError, ProblemError, UnreadableImageError)
JSON = b"application/json"
FORM = b"multipart/form-data; boundary=edge"
FORM_HEADERS = (
    b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n',
    b"Content-Disposition: form-data; name*=utf-8''file; filename*=utf-8''%e2%82%ac.png\r\n",
    b'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Transfer-Encoding: base64\r\n',
    b'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Transfer-Encoding: quoted-printable\r\n',
)


def make_bodies() -> list[bytes]:
    """Small valid bodies of each form, each behind the line with its media type."""
    messages = ({"image": SEVEN_PNG}, {"pixels": SEVEN_PIXELS}, {"images": [SEVEN_PNG, SEVEN_PIXELS]})
    forms = [b"--edge\r\n" + headers + b"\r\nAAAA=0A\r\n--edge--\r\n" for headers in FORM_HEADERS]
    return [
        *(JSON + b"\n" + json.dumps(message).encode() for message in messages),
        *(FORM + b"\n" + form for form in forms),
        b"image/png\n\x89PNG",
    ]


def parse_body(data: bytes) -> bool:
    """Whether one drawing or a list was found in the body. Any error but a refusal is a fault."""
    media_type, _, body = data.partition(b"\n")
    found = False
    for source in _choose_sources(media_type.decode("latin-1"), body):
        with suppress(*REFUSALS):
            parsed = source.parse()
            found = True
            for each in parsed if isinstance(parsed, list) else []:
                each.parse()
    return found


def _choose_sources(media_type: str, body: bytes) -> list[DrawingSource | DrawingList]:
    if media_type.startswith("multipart/form-data"):
        return [FormBody(body, media_type), FormList(body, media_type)]
    if media_type.startswith("application/json"):
        return [JsonBody(body), JsonList(body)]
    return [PictureBody(body)]
