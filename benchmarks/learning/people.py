"""People who draw, get an answer and say what it was, each with a token of a browser of its own.

Drawings with labels come in. They go through the API as the Draw page sends them: `POST /v1/predict`, then
`PUT /v1/predictions/{id}` and `PUT /v1/predictions/{id}/label`.
"""

import base64
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from benchmarks.fairness.services import TOKEN
from benchmarks.learning.installation import Installation
from shared.clients.inference import InferenceClient
from shared.clients.service import ServiceClient
from shared.contracts.access import VisitorRequest, VisitorToken
from shared.contracts.storage import Label, PredictionToStore, StoredPrediction
from training.data.pen_characters import PenCharacter, person_of
from training.data.slices import draw_character

STORED_FIELDS = {"digit", "confidence", "probabilities", "digit_score", "model"}
AT_ONCE = 4  # people who draw at the same time
SEED = 22  # of how large, where and with which pen the digits are drawn


@dataclass(frozen=True)
class Drawing:
    """What one person draws and says. `label` may be wrong; `true` is what was meant."""

    person: str
    picture: bytes  # PNG
    true: int
    label: int
    drawn_at: datetime | None = None  # None: now


@dataclass(frozen=True)
class Posted:
    """A drawing that storage has."""

    id: UUID
    drawing: Drawing


def draw_digits(digits: Sequence[PenCharacter]) -> list[Drawing]:
    """Return the digits as their writers would draw them on the page, with right labels."""
    return [
        Drawing(person_of(digit.writer), draw_character(digits, SEED, index), int(digit.label), int(digit.label))
        for index, digit in enumerate(digits)
    ]


def post_drawings(installation: Installation, drawings: Sequence[Drawing]) -> list[Posted]:
    """Send all drawings, each with the token of its person. An error of a client ends the benchmark."""
    tokens = make_tokens(installation, {drawing.person for drawing in drawings})
    with InferenceClient(installation.inference_url) as inference, ServiceClient(installation.storage_url) as storage:
        (model,) = [one for one in inference.list_models().models if one.current]

        def post(drawing: Drawing) -> Posted:
            answer = inference.predict(drawing.picture)
            stored = PredictionToStore(
                **answer.model_dump(include=STORED_FIELDS),
                drawing=base64.b64encode(drawing.picture),
                source="canvas",
                created_at=drawing.drawn_at,
                rejected=answer.digit_score < model.digit_score_threshold,
            )
            path = f"/v1/predictions/{answer.id}"
            headers = {"Authorization": f"Bearer {tokens[drawing.person]}", "Content-Type": "application/json"}
            storage.ask(StoredPrediction, "PUT", path, content=stored.model_dump_json(), headers=headers)
            label = Label(digit=drawing.label).model_dump_json()
            storage.ask(StoredPrediction, "PUT", f"{path}/label", content=label, headers=headers)
            return Posted(answer.id, drawing)

        with ThreadPoolExecutor(AT_ONCE) as executor:
            return list(executor.map(post, drawings))


def make_tokens(installation: Installation, people: Iterable[str]) -> dict[str, str]:
    """Return person → the token of a new visitor, as the page asks for one for each browser."""
    with ServiceClient(installation.storage_url, api_key=TOKEN) as storage:
        body = VisitorRequest().model_dump_json()
        headers = {"Content-Type": "application/json"}
        return {
            person: storage.ask(VisitorToken, "POST", "/v1/visitors", content=body, headers=headers).token
            for person in sorted(people)
        }
