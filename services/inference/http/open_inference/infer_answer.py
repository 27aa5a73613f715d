"""A call → predictions → the answer of the protocol: JSON, or JSON and after it tensors as bytes."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import orjson
from fastapi import Response
from numpy.typing import NDArray

from services.inference.drawing import DrawingSource
from services.inference.http.asker import Asker
from services.inference.http.batch_answer import DRAWINGS_PER_PART, ask_two_at_a_time, split, write_entry
from services.inference.http.batch_body import IMAGES_PER_CHUNK, JsonEntry
from services.inference.http.drawing_body import OCTETS
from services.inference.http.open_inference.infer_body import InferCall
from services.inference.questions import DrawingsQuestion, ImagesQuestion
from services.inference.recogniser import Recogniser
from shared.contracts.open_inference import HEADER_LENGTH
from shared.recognition.normalisation import Images
from shared.web.problems import ProblemError

Row = dict[str, Any]  # a message Prediction, or a message Problem
QUICK_ROWS = 500  # they are written in half a millisecond
DATATYPES = {"digit": "INT64", "confidence": "FP32", "probabilities": "FP32", "digit_score": "FP32"}
DTYPES: dict[str, np.dtype[Any]] = {"INT64": np.dtype("<i8"), "FP32": np.dtype("<f4")}


async def answer_call(call: InferCall, asker: Asker) -> list[Row]:
    """Ask the lanes that `/v1/predict` and `/v1/predict/batch` ask. The errors of `Asker.predict`.

    ProblemError if one of several drawings has a problem, because a tensor has no place for it.
    """
    if len(call.drawings) == 1:
        (drawing,) = call.drawings
        source = JsonEntry(drawing) if isinstance(drawing, np.ndarray) else drawing
        return _read_rows((await asker.predict(source)).json)
    if isinstance(call.drawings, tuple):
        drawings = split(call.drawings, DRAWINGS_PER_PART)
        parts = await ask_two_at_a_time(drawings, lambda part: _ask_drawings(part, asker))
    else:
        chunks = split(call.drawings, IMAGES_PER_CHUNK)
        parts = await ask_two_at_a_time(chunks, lambda images: _ask_images(images, asker))
    rows = list(chain.from_iterable(parts))
    for place, row in enumerate(rows):
        if "code" in row:
            raise ProblemError(row["code"], f"Drawing {place} (from 0): {row['detail']}")
    return rows


async def _ask_drawings(drawings: tuple[DrawingSource, ...], asker: Asker) -> list[Row]:
    return _read_rows(b",".join(map(write_entry, await asker.ask(DrawingsQuestion(drawings)))))


async def _ask_images(images: Images, asker: Asker) -> list[Row]:
    return _read_rows(await asker.ask(ImagesQuestion(images)))


def _read_rows(answers: bytes) -> list[Row]:
    """JSON separated by commas → its values. A part at a time, so that the event loop never waits long."""
    rows: list[Row] = orjson.loads(b"[" + answers + b"]")
    return rows


async def make_answer(rows: Sequence[Row], call: InferCall, recogniser: Recogniser) -> Response:
    """The answer to N drawings, N at least 1, in their order. A long one is written beside the event loop."""
    if len(rows) <= QUICK_ROWS:
        return _write_answer(rows, call, recogniser)
    return await asyncio.to_thread(_write_answer, rows, call, recogniser)


def _write_answer(rows: Sequence[Row], call: InferCall, recogniser: Recogniser) -> Response:
    outputs: list[dict[str, Any]] = []
    tail: list[bytes] = []
    for name, is_binary in call.outputs or [(name, call.all_binary) for name in DATATYPES]:
        values = np.array([row[name] for row in rows], DTYPES[DATATYPES[name]])
        outputs.append(_describe(name, values) | (_as_bytes(values, tail) if is_binary else {"data": values.ravel()}))
    manifest = recogniser.manifest
    answer = {"model_name": manifest.name, "model_version": manifest.version, "outputs": outputs}
    if call.id is not None:
        answer["id"] = call.id
    json = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    if not tail:
        return Response(json, media_type="application/json")
    return Response(b"".join([json, *tail]), media_type=OCTETS, headers={HEADER_LENGTH: str(len(json))})


def _describe(name: str, values: NDArray[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": DATATYPES[name], "shape": values.shape}


def _as_bytes(values: NDArray[Any], tail: list[bytes]) -> dict[str, Any]:
    """Append the values to the tail → what stands in the JSON in their place."""
    tail.append(values.tobytes())
    return {"parameters": {"binary_data_size": values.nbytes}}
