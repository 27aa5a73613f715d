"""The requests and answers of the Open Inference Protocol, version 2, as inference speaks it over HTTP.

Field names are those of the protocol. A tensor has a name, a datatype, a shape and its values, row by row. With the
binary tensor extension, the values of a tensor follow the JSON as bytes, and `parameters` says how many.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.contracts.examples import SEVEN_PIXELS, SEVEN_PNG
from shared.contracts.message import Message

HEADER_LENGTH: Final = "Inference-Header-Content-Length"  # the header that says how many bytes of the body are JSON
BINARY_EXTENSION: Final = "binary_tensor_data"

Parameters = dict[str, Any]
InputDatatype = Literal["UINT8", "FP32", "BYTES"]
OutputName = Literal["digit", "confidence", "probabilities", "digit_score"]
Side = Annotated[int, Field(ge=0, strict=True)]


class ServerMetadata(Message):
    """What the server is, and which extensions of the protocol it has."""

    name: str
    version: str
    extensions: list[str]


class ServerLive(Message):
    """The process runs."""

    live: Literal[True] = True


class ServerReady(Message):
    """The default model is loaded."""

    ready: Literal[True] = True


class ModelReady(Message):
    """The model version is loaded."""

    name: str
    version: str
    ready: Literal[True] = True


class TensorDescription(Message):
    """A tensor of a model. A -1 in its shape is the number of images."""

    name: str
    datatype: str
    shape: list[int]
    parameters: dict[str, str] | None = None


class ModelMetadata(Message):
    """The versions of a model, and its tensors."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorDescription]
    outputs: list[TensorDescription]


class InferInput(Message):
    """The images of a request.

    UINT8 (0 to 255) and FP32 (0 to 1) are images of white ink on black, with the shape [N, 28, 28] or [N, 1, 28, 28].
    BYTES are N picture files, with the shape [N] or [N, 1]: in JSON as base64, in binary form as they are. `data` may
    be nested or flat. It is absent if `parameters` has `binary_data_size`. The name does not matter.
    """

    name: str = Field(min_length=1, max_length=100)
    shape: Annotated[list[Side], Field(min_length=1, max_length=4)]
    datatype: InputDatatype
    parameters: Parameters | None = None
    data: list[Any] | None = None


class InferOutput(Message):
    """An output that the caller wants. `binary_data` in `parameters` says whether in binary form."""

    name: OutputName
    parameters: Parameters | None = None


EXAMPLE: JsonDict = {
    "examples": [
        {
            "inputs": [
                {
                    "name": "images",
                    "shape": [1, 28, 28],
                    "datatype": "UINT8",
                    "data": [value for row in SEVEN_PIXELS for value in row],
                }
            ]
        }
    ]
}


class InferRequest(Message):
    """The body of a request, or its JSON part. Without `outputs`, the answer has all of them.

    `binary_data_output` in `parameters` asks for all outputs in binary form. The address says which model is asked;
    `model_name` and `model_version`, which KServe's client repeats here, are ignored.
    """

    model_config = ConfigDict(json_schema_extra=EXAMPLE)

    model_name: Annotated[str, Field(max_length=200)] | None = None
    model_version: Annotated[str, Field(max_length=200)] | None = None
    id: Annotated[str, Field(max_length=200)] | None = None
    parameters: Parameters | None = None
    inputs: Annotated[list[InferInput], Field(min_length=1, max_length=1)]
    outputs: Annotated[list[InferOutput], Field(max_length=4)] | None = None


class OutputTensor(Message):
    """One output. `data` is absent in binary form."""

    name: OutputName
    datatype: Literal["INT64", "FP32"]
    shape: list[int]
    parameters: Parameters | None = None
    data: list[float] | None = None


class InferAnswer(Message):
    """The outputs of N images: `digit`, `confidence` and `digit_score` (N), `probabilities` (N, 10).

    `id` is that of the request, absent if it had none. `model_version` is the version that answered.
    """

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


PICTURE_INPUT: dict[str, Any] = {"name": "pictures", "shape": [1], "datatype": "BYTES", "data": [SEVEN_PNG]}
