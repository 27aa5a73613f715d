"""What "Try it" on the API page shows of a request and its answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI, Request, Response

from services.frontend.views.api.exchange import Exchange, exchange, write_json
from services.frontend.views.api.programs.call import Call, Question
from shared.clients.inference import InferenceClient
from tests.integration.clients.listening import listening

DRAWING = b"\x89PNG of a drawing"


@contextmanager
def answering(status: int = 200) -> Iterator[str]:
    app = FastAPI()

    @app.post("/v1/{path:path}")
    async def answer(request: Request) -> Response:
        asked = {"path": str(request.url.path), "model": request.query_params.get("model"), "digit": 7}
        return Response(json.dumps(asked), status, media_type="application/json")

    with listening(app) as address:
        yield address


def ask(address: str, question: Question = "predict", model: str | None = None, key: str = "") -> Exchange:
    with InferenceClient(address, api_key=key) as inference:
        return exchange(inference, Call("https://slate.example", question, model=model), DRAWING)


def test_the_request_is_shown_under_the_public_address() -> None:
    with answering() as address:
        tried = ask(address, model="mlp/2026-11-21.1")
    assert tried.request.splitlines() == [
        "POST https://slate.example/v1/predict?model=mlp/2026-11-21.1",
        f"Content-Type: image/png ({len(DRAWING)} bytes)",
    ]
    assert json.loads(tried.body) == {"path": "/v1/predict", "model": "mlp/2026-11-21.1", "digit": 7}


def test_many_drawings_are_sent_as_a_form() -> None:
    with answering() as address:
        assert "Content-Type: multipart/form-data (2 files, " in ask(address, "predict/batch").request


def test_a_refusal_is_shown_as_it_came() -> None:
    with answering(status=429) as address:
        assert ask(address).status == "429 Too Many Requests · application/json"


def test_the_key_of_the_page_is_not_shown() -> None:
    with answering() as address:
        tried = ask(address, key="the-secret")
    assert "Authorization: Bearer …" in tried.request
    assert "the-secret" not in tried.request


def test_the_answer_is_shortened_but_still_valid() -> None:
    answer = {
        "digit": 7,
        "confidence": 0.991234,
        "image": "x" * 500,
        "detail": "A sentence is never cut, however long it may become, because a person reads it.",
        "probabilities": [0.1] * 10,
        "saliency": [[0.0] * 28] * 28,
        "predictions": [{"digit": 1}, {"digit": 2}],
        "nothing": None,
        "empty": [],
    }
    shown = json.loads(write_json(answer))
    assert (shown["confidence"], shown["image"]) == (0.9912, "x" * 40 + "…")
    assert shown["saliency"] == [[0.0] * 28] * 3 + ["… 25 more"]
    assert {name: shown[name] for name in ("digit", "detail", "probabilities", "predictions", "nothing", "empty")} == {
        name: answer[name] for name in ("digit", "detail", "probabilities", "predictions", "nothing", "empty")
    }
