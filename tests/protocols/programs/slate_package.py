"""The package of clients/python: sync and async, one picture, a batch, a page, and an error."""

import asyncio
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import slate_client
from slate_client import AsyncInferenceClient, InferenceClient, Patience, Prediction, RefusedError

url, picture = sys.argv[1], Path(sys.argv[2]).read_bytes()
print("slate-client", version("slate-client"), Path(slate_client.__file__).parent)
assert find_spec("shared") is None  # the repository is out of reach
PATIENCE = Patience(read_timeout_s=300)  # the machine may be busy

with InferenceClient(url, patience=PATIENCE) as slate:
    assert slate.is_ready()
    prediction = slate.predict(picture)
    assert isinstance(prediction, Prediction)
    batch = slate.predict_batch([picture, b"no picture"]).predictions
    assert isinstance(batch[0], Prediction)
    assert not isinstance(batch[1], Prediction)
    assert [number.text for number in slate.read(picture).numbers] == ["7"]
    assert slate.list_models().default.name
    try:
        slate.predict(b"no picture")
    except RefusedError as refused:
        assert refused.problem.code == "unreadable_image"
    else:
        raise AssertionError("it was not refused")


async def read_at_once() -> list[int]:
    async with AsyncInferenceClient(url, patience=PATIENCE) as slate:
        assert await slate.is_ready()
        answers = await asyncio.gather(*(slate.predict(picture, model="mlp") for _ in range(20)))
        return [answer.digit for answer in answers]


assert asyncio.run(read_at_once()) == [7] * 20
print("read:", prediction.digit)
