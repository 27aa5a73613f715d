"""Every example of a request in the OpenAPI document is answered, and the example answers are real ones."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from infra.openapi import make_documents
from shared.contracts.inference import BatchPredictions, Explanation, Prediction
from shared.contracts.inside import Inside
from shared.contracts.message import Message
from shared.contracts.open_inference import InferAnswer
from shared.contracts.page import PageReading

DOCUMENT = json.loads(make_documents()["inference.json"])
ANSWERS = {
    "/v1/predict": Prediction,
    "/v1/predict/batch": BatchPredictions,
    "/v1/explain": Explanation,
    "/v1/inside": Inside,
    "/v1/read": PageReading,
}


def find_requests() -> Iterator[Any]:
    for path, operations in DOCUMENT["paths"].items():
        for media_type, content in operations.get("post", {}).get("requestBody", {}).get("content", {}).items():
            for name, example in content.get("examples", {}).items():
                yield pytest.param(path, media_type, example["value"], id=f"{path}-{name}")


@pytest.mark.parametrize(("path", "media_type", "body"), list(find_requests()))
async def test_a_documented_request_is_answered(
    client: httpx.AsyncClient, path: str, media_type: str, body: object
) -> None:
    version = (await client.get("/v1/models")).json()["default"]
    response = await client.post(path.format(**version), content=json.dumps(body), headers={"Content-Type": media_type})
    assert response.status_code == 200, response.text
    if path.startswith("/v2/"):
        assert InferAnswer.model_validate_json(response.content).outputs[0].data == [7]
        return
    answer = ANSWERS[path].model_validate_json(response.content)
    entries = answer.predictions if isinstance(answer, BatchPredictions) else [answer]
    for entry in entries:
        prediction = entry.digits[0].prediction if isinstance(entry, PageReading) else entry
        assert isinstance(prediction, Prediction)
        assert prediction.digit == 7


@pytest.mark.parametrize("kind", [Prediction, Explanation, Inside, PageReading])
def test_an_example_answer_is_one(kind: type[Message]) -> None:
    for example in DOCUMENT["components"]["schemas"][kind.__name__]["examples"]:
        answer = kind.model_validate(example)
        prediction = answer.digits[0].prediction if isinstance(answer, PageReading) else answer
        assert Image.open(io.BytesIO(base64.b64decode(prediction.image, validate=True))).size == (28, 28)
