"""What an OpenAPI document can't say: how a picture of a digit is made. schemathesis imports this file.

Without it, nearly every drawing that schemathesis makes would be refused as unreadable, blank, or for an unknown model,
and nothing behind that would be tested.
"""

import base64
import io

import schemathesis
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from schemathesis.core.parameters import ParameterLocation

from shared.contracts.examples import SEVEN_PIXELS

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
OCTETS = "application/octet-stream"
INFERENCE = ("/v1/predict", "/v1/explain", "/v1/inside", "/v1/read")
IMAGE = bytes(value for row in SEVEN_PIXELS for value in row)


@st.composite
def drawings(draw: st.DrawFn, file_format: str) -> bytes:
    """A file with one thick line from the left to the right, black on white."""
    width, height = draw(st.integers(24, 64)), draw(st.integers(24, 64))
    ends = st.integers(4, height - 5)
    picture = Image.new("L", (width, height), 255)
    ImageDraw.Draw(picture).line([(5, draw(ends)), (width - 6, draw(ends))], fill=0, width=draw(st.integers(3, 5)))
    file = io.BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


PICTURES = st.sampled_from(list(FORMATS.values())).flatmap(drawings)

for media_type, file_format in FORMATS.items():
    schemathesis.openapi.media_type(media_type, drawings(file_format))
schemathesis.openapi.media_type(OCTETS, PICTURES)
schemathesis.openapi.format("binary", PICTURES)
schemathesis.openapi.format("base64", PICTURES.map(lambda picture: base64.b64encode(picture).decode()))


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Changes a valid part of a request to inference so that it does not hide what the rest is answered with."""
    if case.meta is None or not case.path.startswith(INFERENCE):
        return case
    valid = {place for place, part in case.meta.components.items() if part.mode.is_positive}
    if ParameterLocation.QUERY in valid and len(case.query.get("model", "")) % 2:
        del case.query["model"]  # one in two asks the default model, the others one that does not exist
    if ParameterLocation.BODY not in valid:
        return case
    if case.media_type == OCTETS and case.path == "/v1/predict/batch":
        case.body = IMAGE * (1 + len(case.body) % 3)  # here bytes are images and no picture
    if isinstance(case.body, dict) and "pixels" in case.body:
        case.body["pixels"][0] = [0] * 27 + [255]  # never without ink
    return case
