"""Example programs to copy: in each language, a complete program for each of four questions to inference.

Each program expects the drawing in the file `digit.png` in its folder. A test runs every program unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Question = Literal["predict", "predict/batch", "explain", "read"]

FILE = "digit.png"
KEY_VARIABLE = "SLATE_API_KEY"


@dataclass(frozen=True)
class Language:
    """One language. `write` takes the address, the question, and whether a key is needed, and returns the program."""

    name: str
    syntax: str
    note: str
    write: Callable[[str, Question, bool], str]


def write_curl(address: str, question: Question, with_key: bool) -> str:
    """A shell command."""
    key = f' \\\n  -H "Authorization: Bearer ${KEY_VARIABLE}"' if with_key else ""
    body = (
        f"-F files=@{FILE} -F files=@{FILE}"
        if question == "predict/batch"
        else f'-H "Content-Type: image/png" --data-binary @{FILE}'
    )
    return f"curl {address}/v1/{question} \\\n  {body}{key}"


def write_httpx(address: str, question: Question, with_key: bool) -> str:
    """Python with httpx."""
    body, show = {
        "predict": (
            'content=drawing, headers={"Content-Type": "image/png"}',
            'print(answer["digit"], answer["confidence"])',
        ),
        "predict/batch": (
            'files=[("files", drawing), ("files", drawing)]',
            'for prediction in answer["predictions"]:  # an entry with a "code" could not be read\n'
            '    print(prediction.get("digit"), prediction.get("code"))',
        ),
        "explain": (
            'content=drawing, headers={"Content-Type": "image/png"}',
            'print(answer["digit"], answer["saliency"][14])  # 28 rows of 28 values: -1 against the digit, 1 for it',
        ),
        "read": (
            'content=drawing, headers={"Content-Type": "image/png"}',
            'for digit in answer["digits"]:  # line by line, from left to right\n'
            '    print(digit["prediction"]["digit"], digit["box"])',
        ),
    }[question]
    client = f'httpx.Client(headers={{"Authorization": f"Bearer {{os.environ[\'{KEY_VARIABLE}\']}}"}})'
    return f"""\
{"import os" + chr(10) if with_key else ""}from pathlib import Path

import httpx

drawing = Path("{FILE}").read_bytes()
with {client if with_key else "httpx.Client()"} as client:
    response = client.post("{address}/v1/{question}", {body})
answer = response.json()
if response.is_error:
    raise SystemExit(answer["detail"])
{show}
"""


def write_client(address: str, question: Question, with_key: bool) -> str:
    """Python with Slate's own client."""
    ask, show = {
        "predict": ("slate.predict(drawing)", "print(answer.digit, answer.confidence)"),
        "predict/batch": (
            "slate.predict_batch([drawing, drawing])",
            "for prediction in answer.predictions:  # a Problem if it could not be read\n    print(prediction)",
        ),
        "explain": ("slate.explain(drawing)", "print(answer.digit, answer.saliency[14])"),
        "read": (
            "slate.read(drawing)",
            "for digit in answer.digits:\n    print(digit.prediction.digit, digit.box)",
        ),
    }[question]
    key = f', api_key=os.environ["{KEY_VARIABLE}"]' if with_key else ""
    return f"""\
{"import os" + chr(10) if with_key else ""}from pathlib import Path

from shared.clients.inference import InferenceClient

drawing = Path("{FILE}").read_bytes()
with InferenceClient("{address}"{key}) as slate:
    answer = {ask}
{show}
"""


def write_javascript(address: str, question: Question, with_key: bool) -> str:
    """JavaScript for a browser. For Node, a comment names the one line to change."""
    authorise = f"Authorization: `Bearer ${{{KEY_VARIABLE}}}`"
    headers = ([] if question == "predict/batch" else ['"Content-Type": "image/png"']) + [authorise] * with_key
    options = [
        'method: "POST"',
        *([f"headers: {{ {', '.join(headers)} }}"] if headers else []),
        "body: form" if question == "predict/batch" else "body: drawing",
    ]
    form = """\
const form = new FormData();
form.append("files", drawing);
form.append("files", drawing);
"""
    show = {
        "predict": "console.log(answer.digit, answer.confidence);",
        "predict/batch": "for (const prediction of answer.predictions) console.log(prediction.digit, prediction.code);",
        "explain": "console.log(answer.digit, answer.saliency[14]);",
        "read": "for (const digit of answer.digits) console.log(digit.prediction.digit, digit.box);",
    }[question]
    return f"""\
const drawing = await (await fetch("{FILE}")).blob(); // in Node: await (await import("fs")).openAsBlob("{FILE}")
{form if question == "predict/batch" else ""}const response = await fetch("{address}/v1/{question}", {{
{"".join(f"  {option},{chr(10)}" for option in options)}}});
const answer = await response.json();
if (!response.ok) throw new Error(answer.detail);
{show}
"""


LANGUAGES = (
    Language("curl", "bash", "", write_curl),
    Language("Python", "python", "Needs `pip install httpx`.", write_httpx),
    Language(
        "Python, Slate's client",
        "python",
        'Needs `pip install ".[client]"` in a checkout of Slate. It has types, waits while the service restarts, and '
        "raises `RefusedError` with the problem if a drawing can't be read.",
        write_client,
    ),
    Language(
        "JavaScript",
        "javascript",
        "In a browser this works on pages of the same address and of the addresses in `INFERENCE_CORS_ORIGINS`. "
        "If a key is needed, let the page's own server ask, so that the key stays secret.",
        write_javascript,
    ),
)
