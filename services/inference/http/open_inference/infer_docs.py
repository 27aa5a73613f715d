"""How OpenAPI describes an infer request, its answer, and the problems of these routes."""

from typing import Any

from services.inference.http.drawing_body import OCTETS
from shared.contracts.open_inference import HEADER_LENGTH, PICTURE_INPUT, InferAnswer, InferRequest
from shared.contracts.problem import ProblemCode
from shared.web.inline_schema import inline_schema
from shared.web.problem_docs import problem_docs

IN_BINARY = (
    "JSON, and after it the values of the tensors that have `binary_data_size` in their `parameters`, in their order: "
    "little-endian, row by row. Before each element of BYTES stands its length in 4 bytes. The header "
    f"`{HEADER_LENGTH}` says how many bytes are JSON."
)
LENGTH: dict[str, Any] = {"description": "How many bytes of the body are JSON.", "schema": {"type": "string"}}
BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary", "description": IN_BINARY}}

INFER_BODY: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER_LENGTH,
            "in": "header",
            "required": False,
            "description": "How many bytes of the body are JSON. Without it, all of them.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": inline_schema(InferRequest),
                "examples": {
                    "images": {
                        "summary": "An image as numbers",
                        "value": InferRequest.model_json_schema()["examples"][0],
                    },
                    "pictures": {"summary": "A picture file as base64", "value": {"inputs": [PICTURE_INPUT]}},
                },
            },
            OCTETS: BYTES,
        },
    },
}
INFER_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"model": InferAnswer, "content": {OCTETS: BYTES}, "headers": {HEADER_LENGTH: LENGTH}}
}


def describe_problems(*codes: ProblemCode) -> dict[int | str, dict[str, Any]]:
    """The problems of a route of the protocol: they have `error` too."""
    docs = problem_docs(*codes)
    for entry in docs.values():
        for media in entry["content"].values():
            for example in media["examples"].values():
                example["value"]["error"] = example["value"]["detail"]
    return docs
