"""A plain FastAPI endpoint, as in tutorials: a `def` route in the framework's thread pool, without batching."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.peers.prediction import decode, make_answer, make_network, predict

app = FastAPI()
network = make_network()


class Drawing(BaseModel):
    """The same request body as Slate's."""

    image: str


@app.post("/v1/predict")
def read(drawing: Drawing) -> dict[str, Any]:
    """Answers one drawing."""
    return make_answer(predict(network, [decode(drawing.image)])[0])
