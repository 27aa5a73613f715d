"""A plain FastAPI endpoint, as tutorials have it: a `def` route in the framework's thread pool, no batches."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.peers.recipe import answer, decode, make_network, predict

app = FastAPI()
network = make_network()


class Drawing(BaseModel):
    """The same body as ours."""

    image: str


@app.post("/v1/predict")
def read(drawing: Drawing) -> dict[str, Any]:
    """One drawing."""
    return answer(predict(network, [decode(drawing.image)])[0])
