"""The input tensor of a request → drawings: images, or picture files."""

import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.inference.drawing import DrawingSource
from services.inference.http.batch_body import JsonEntry, check_count
from services.inference.http.drawing_body import PictureBody
from services.inference.http.validation import make_invalid
from shared.contracts.open_inference import InferInput
from shared.recognition.normalisation import SIDE, Images

Drawings = Images | tuple[DrawingSource, ...]  # (N, 28, 28), or N picture files
PLACE = "body.inputs.0"
DTYPES: dict[str, np.dtype[Any]] = {
    "UINT8": np.dtype("u1"),
    "FP32": np.dtype("<f4"),
}  # the protocol's binary form is little-endian
IMAGE_SHAPES = ((SIDE, SIDE), (1, SIDE, SIDE))  # of one image
PICTURE_SHAPES: tuple[tuple[int, ...], ...] = ((), (1,))


def read_tensor(tensor: InferInput, binary: bytes) -> Drawings:
    """`binary` holds the values if the tensor has no `data`. RequestValidationError, ProblemError `too_large`."""
    shapes = PICTURE_SHAPES if tensor.datatype == "BYTES" else IMAGE_SHAPES
    if tuple(tensor.shape[1:]) not in shapes or tensor.shape[0] < 1:
        wanted = " or ".join(str(["N", *shape]).replace("'", "") for shape in shapes)
        raise make_invalid(f"{PLACE}.shape", f"The shape for {tensor.datatype} is {wanted}, with N at least 1.")
    count = tensor.shape[0]
    check_count(count)
    if tensor.datatype == "BYTES":
        return _read_pictures(tensor.data, binary, count)
    values = _read_json(tensor) if tensor.data is not None else _read_binary(binary, DTYPES[tensor.datatype])
    if len(values) != count * SIDE * SIDE:
        raise make_invalid(PLACE, f"The shape {tensor.shape} does not fit to {len(values):,} values.")
    return _to_pixels(values, tensor.datatype).reshape(count, SIDE, SIDE)


def _to_pixels(values: NDArray[np.float64], datatype: str) -> NDArray[np.uint8]:
    """(K,) → (K,) uint8. FP32 is multiplied by 255 and rounded to the nearest whole number, ties to the even one."""
    highest = 255 if datatype == "UINT8" else 1
    if not ((values >= 0) & (values <= highest)).all():  # also refuses NaN
        raise make_invalid(f"{PLACE}.data", f"The values of {datatype} are from 0 (paper) to {highest} (ink).")
    if datatype == "UINT8" and (values % 1).any():
        raise make_invalid(f"{PLACE}.data", "The values of UINT8 are whole numbers.")
    return (values if datatype == "UINT8" else np.rint(values * 255)).astype(np.uint8)


def _read_json(tensor: InferInput) -> NDArray[np.float64]:
    """Nested or flat lists of numbers → (K,). RequestValidationError."""
    values = _flatten(tensor.data or [], len(tensor.shape))
    if not set(map(type, values)) <= {int, float}:
        raise make_invalid(f"{PLACE}.data", "Send numbers, flat or nested as the shape says.")
    try:
        return np.array(values, np.float64)
    except OverflowError as error:
        raise make_invalid(f"{PLACE}.data", "A number is too large.") from error


def _flatten(values: Sequence[object], depth: int) -> Sequence[object]:
    """The values in up to `depth` levels of lists. What is nested more deeply or unevenly stays a list."""
    for _ in range(depth - 1):
        if not all(isinstance(each, list) for each in values):
            break
        values = list(chain.from_iterable(values))  # type: ignore[arg-type]  # they are lists
    return values


def _read_binary(binary: bytes, dtype: np.dtype[Any]) -> NDArray[np.float64]:
    if len(binary) % dtype.itemsize:
        raise make_invalid(PLACE, f"{len(binary):,} bytes are no whole number of values.")
    return np.frombuffer(binary, dtype).astype(np.float64)


def _read_pictures(data: list[object] | None, binary: bytes, count: int) -> tuple[DrawingSource, ...]:
    entries = _split(binary) if data is None else _flatten(data, 2)
    if len(entries) != count:
        raise make_invalid(PLACE, f"The shape says {count:,} pictures, but there are {len(entries):,}.")
    sources: list[DrawingSource] = []
    for entry in entries:
        if isinstance(entry, bytes):
            sources.append(PictureBody(entry))
        elif isinstance(entry, str):
            sources.append(JsonEntry(entry))
        else:
            raise make_invalid(f"{PLACE}.data", "Send each picture file as base64 in a string.")
    return tuple(sources)


def _split(binary: bytes) -> Sequence[bytes]:
    """The binary form of BYTES: before each element stands its length in 4 bytes. RequestValidationError."""
    elements, place = [], 0
    while place < len(binary):
        if place + 4 > len(binary):
            raise make_invalid(PLACE, "The last element of BYTES has no complete length.")
        (length,) = struct.unpack_from("<I", binary, place)
        place += 4
        if place + length > len(binary):
            raise make_invalid(PLACE, "An element of BYTES is longer than the rest of the body.")
        elements.append(binary[place : place + length])
        place += length
    return elements
