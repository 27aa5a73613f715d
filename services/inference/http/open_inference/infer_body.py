"""Receives the body of an infer request, and parses it: JSON, or JSON and after it a tensor as bytes."""

from dataclasses import dataclass

from fastapi import HTTPException, Request

from services.inference.http.batch_body import MAX_IMAGES
from services.inference.http.drawing_body import OCTETS, read_media_type
from services.inference.http.json_values import MARGIN, parse_json
from services.inference.http.open_inference.tensors import PLACE, Drawings, read_tensor
from services.inference.http.validation import make_invalid, validate
from services.inference.networks import Networks
from services.inference.prediction import Measured
from services.inference.questions import PICTURE_UNITS
from shared.contracts.open_inference import HEADER_LENGTH, InferInput, InferRequest, Parameters
from shared.web.json_body import TOO_MANY_VALUES, receive_json
from shared.web.problems import ProblemError

# Nested lists have 30 for each image and row; names, datatypes and parameters fit into the margin.
MOST = {b'"': 2 * MAX_IMAGES + MARGIN, b"[": 30 * MAX_IMAGES + MARGIN, b"{": MARGIN}
QUICK_BYTES = 96 * 1024
QUICK_VALUES = 1_000  # a body with one image is parsed at once, in about 0.1 ms
UNSUPPORTED = ("classification", "shared_memory_region")  # they would change what the values mean


@dataclass(frozen=True)
class InferCall:
    """What a caller asks: the drawings, which outputs it wants, each with whether in binary form, and its `id`."""

    drawings: Drawings
    outputs: tuple[tuple[str, bool], ...]  # empty: all
    all_binary: bool
    id: str | None


@dataclass(frozen=True)
class InferBody:
    """The bytes of a body, of which the first `json_bytes` are JSON."""

    content: bytes
    json_bytes: int

    @property
    def is_quick(self) -> bool:
        """Whether it is parsed within a fraction of a millisecond. Other bodies are parsed in the long lane."""
        return len(self.content) <= QUICK_BYTES and self.content.count(b",", 0, self.json_bytes) <= QUICK_VALUES

    def parse(self) -> InferCall:
        """RequestValidationError, ProblemError `too_large`."""
        message = validate(InferRequest, parse_json(self.content[: self.json_bytes]))
        (tensor,) = message.inputs
        binary = _take_binary(tensor, self.content[self.json_bytes :])
        for parameters in (tensor.parameters, *(output.parameters for output in message.outputs or ())):
            _check_supported(parameters)
        all_binary = _read_flag(message.parameters, "binary_data_output", otherwise=False)
        outputs = {  # each once, however often it is named
            output.name: _read_flag(output.parameters, "binary_data", otherwise=all_binary)
            for output in message.outputs or ()
        }
        return InferCall(read_tensor(tensor, binary), tuple(outputs.items()), all_binary, message.id)


@dataclass(frozen=True)
class InferQuestion:
    """What does the body of an infer request ask? It is asked because parsing a large body takes long."""

    body: InferBody
    units = PICTURE_UNITS

    def answer(self, networks: Networks, measured: Measured) -> InferCall:
        """The call. RequestValidationError, ProblemError."""
        del networks, measured
        return self.body.parse()


async def receive_infer(request: Request) -> InferBody:
    """Receive the body. ProblemError `unsupported_media_type`, RequestValidationError, HTTPException 422."""
    media_type = read_media_type(request)
    if media_type not in {"application/json", OCTETS, ""}:
        raise ProblemError("unsupported_media_type", "Send application/json or application/octet-stream.")
    length = request.headers.get(HEADER_LENGTH)
    if length is None:
        content = await receive_json(request, MOST)
        return InferBody(content, len(content))
    content = await request.body()
    if not (length.isascii() and length.isdigit() and len(length) < 20 and int(length) <= len(content)):
        raise make_invalid(f"header.{HEADER_LENGTH}", "It must say how many bytes of the body are JSON.")
    if any(content.count(character, 0, int(length)) > most for character, most in MOST.items()):
        raise HTTPException(422, TOO_MANY_VALUES)
    return InferBody(content, int(length))


def _take_binary(tensor: InferInput, rest: bytes) -> bytes:
    """The bytes of the tensor. They are all that follows the JSON. RequestValidationError."""
    size = (tensor.parameters or {}).get("binary_data_size")
    if size is None:
        if tensor.data is None:
            raise make_invalid(f"{PLACE}.data", "Send the values in `data`, or after the JSON with `binary_data_size`.")
        size = 0
    elif tensor.data is not None:
        raise make_invalid(PLACE, "Send either `data` or `binary_data_size`.")
    if type(size) is not int or size != len(rest):
        raise make_invalid(f"{PLACE}.parameters", f"{len(rest):,} bytes follow the JSON, not {str(size)[:20]}.")
    return rest


def _check_supported(parameters: Parameters | None) -> None:
    for name in UNSUPPORTED:
        if name in (parameters or {}):
            raise make_invalid("body.parameters", f"This server has no extension for `{name}`.")


def _read_flag(parameters: Parameters | None, name: str, *, otherwise: bool) -> bool:
    flag = (parameters or {}).get(name, otherwise)
    if not isinstance(flag, bool):
        raise make_invalid(f"body.parameters.{name}", "It must be true or false.")
    return flag
