"""Makes the call that the example programs make, and shows the request and the answer as they were.

The page sends it in place of the visitor's program, with its own API key, which is not shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from services.frontend.views.api.programs.call import Call
from shared.clients.inference import InferenceClient

SHOWN_TEXT = 40  # characters; the image is much longer
SHOWN_ROWS = 3  # of a saliency map, and of other lists of lists or objects
HIDDEN = "Bearer …"
INDENT = "  "


@dataclass(frozen=True)
class Exchange:
    """The request and the answer as text. `body` is the JSON of the answer, valid but shortened."""

    request: str
    status: str
    body: str


def exchange(inference: InferenceClient, call: Call, drawing: bytes) -> Exchange:
    """Send the call once. ServiceUnavailableError if no answer came."""
    if call.is_batch:
        answer = inference.exchange("POST", call.path, files=[("files", drawing), ("files", drawing)])
    else:
        answer = inference.exchange("POST", call.path, content=drawing, headers={"Content-Type": "image/png"})
    return Exchange(
        describe_request(call, answer.request, 2 if call.is_batch else 1),
        f"{answer.status_code} {answer.reason_phrase} · {answer.headers.get('content-type', '')}",
        write_json(answer.json()),
    )


def describe_request(call: Call, request: httpx.Request, drawings: int) -> str:
    """`POST http://…/v1/predict`, and what the body is."""
    files = f"{drawings} files, " if call.is_batch else ""
    kind = request.headers["content-type"].split(";")[0]
    lines = [f"{request.method} {call.url}", f"Content-Type: {kind} ({files}{request.headers['content-length']} bytes)"]
    if "authorization" in request.headers:
        lines.append(f"Authorization: {HIDDEN}")
    return "\n".join(lines)


def write_json(value: object, indent: str = "") -> str:
    """JSON with plain lists on one line. Long texts and long lists of lists or objects end with "…"."""
    inner = indent + INDENT
    match value:
        case dict():
            entries = [f"{inner}{json.dumps(key)}: {write_json(each, inner)}" for key, each in value.items()]
            return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
        case [dict() | list(), *_]:
            rows = [*(write_json(each, inner) for each in value[:SHOWN_ROWS]), *_count_rest(value)]
            return "[\n" + ",\n".join(inner + row for row in rows) + f"\n{indent}]"
        case list():
            return "[" + ", ".join(map(write_json, value)) + "]"
        case str() if len(value) > SHOWN_TEXT and " " not in value:  # base64, not a sentence
            return json.dumps(value[:SHOWN_TEXT] + "…", ensure_ascii=False)
        case float():
            return json.dumps(round(value, 4))
        case _:
            return json.dumps(value, ensure_ascii=False)


def _count_rest(rows: Sequence[object]) -> list[str]:
    return [json.dumps(f"… {len(rows) - SHOWN_ROWS} more", ensure_ascii=False)] if len(rows) > SHOWN_ROWS else []
