"""What an OpenAPI document can't say: how a picture of a digit is made. schemathesis imports this file.

Without it, nearly every drawing that schemathesis makes would be refused as unreadable, blank, or for an unknown model,
and nothing behind that would be tested.
"""

import base64
import io
import json

import schemathesis
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from schemathesis.core.parameters import ParameterLocation

from shared.contracts.examples import SEVEN_PIXELS
from shared.contracts.open_inference import HEADER_LENGTH, PICTURE_INPUT

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
OCTETS = "application/octet-stream"
INFERENCE = ("/v1/predict", "/v1/explain", "/v1/inside", "/v1/read")
IMAGE = bytes(value for row in SEVEN_PIXELS for value in row)
TENSOR = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8"}
IN_JSON = [PICTURE_INPUT, {**TENSOR, "data": [SEVEN_PIXELS]}]
IN_BINARY = json.dumps({"inputs": [{**TENSOR, "parameters": {"binary_data_size": len(IMAGE)}}]}).encode()


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
    if case.meta is None or not case.path.startswith((*INFERENCE, "/v2/")):
        return case
    valid = {place for place, part in case.meta.components.items() if part.mode.is_positive}
    if case.path.startswith("/v2/"):
        return _map_open_inference(case, valid)
    if ParameterLocation.QUERY in valid and len(case.query.get("model", "")) % 2:
        del case.query["model"]  # one in two asks the default model, the others one that does not exist
    if ParameterLocation.BODY not in valid:
        return case
    if case.media_type == OCTETS and case.path == "/v1/predict/batch":
        case.body = IMAGE * (1 + len(case.body) % 3)  # here bytes are images and no picture
    if isinstance(case.body, dict) and "pixels" in case.body:
        case.body["pixels"][0] = [0] * 27 + [255]  # never without ink
    return case


def _map_open_inference(case: schemathesis.Case, valid: set[ParameterLocation]) -> schemathesis.Case:
    """A schema can't say that values fit to their shape, nor that the header fits to the body."""
    if ParameterLocation.PATH in valid and len(case.path_parameters.get("name", "")) % 2:
        case.path_parameters["name"] = "cnn"
    if ParameterLocation.BODY not in valid or not case.path.endswith("/infer"):
        return case
    if ParameterLocation.HEADER in valid or HEADER_LENGTH not in case.headers:
        case.headers.pop(HEADER_LENGTH, None)
        if case.media_type == OCTETS:
            case.headers[HEADER_LENGTH] = str(len(IN_BINARY))
    if case.media_type == OCTETS:
        case.body = IN_BINARY + IMAGE
    elif isinstance(case.body, dict):
        case.body["inputs"] = [IN_JSON[len(case.body.get("id") or "") % 2]]
        case.body.pop("parameters", None)
        for output in case.body.get("outputs") or ():
            output["parameters"] = {"binary_data": len(output["name"]) % 2 == 0}
    return case
