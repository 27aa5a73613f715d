"""Where the answer of the Open Inference Protocol is written: a long one beside the event loop."""

import json
import threading
from types import SimpleNamespace
from typing import ClassVar

import pytest

from services.inference.http.open_inference.infer_answer import QUICK_ROWS, make_answer
from services.inference.http.open_inference.infer_body import InferCall

RECOGNISER = SimpleNamespace(manifest=SimpleNamespace(name="cnn", version="1"))


class Row(dict[str, object]):
    """A row that notes which thread reads it."""

    readers: ClassVar[set[threading.Thread]] = set()

    def __getitem__(self, name: str) -> object:
        self.readers.add(threading.current_thread())
        return super().__getitem__(name)


@pytest.mark.parametrize(("count", "beside"), [(1, False), (QUICK_ROWS, False), (QUICK_ROWS + 1, True)])
async def test_a_long_answer_is_written_in_another_thread(count, beside):
    Row.readers.clear()
    rows = [Row(digit=number % 10, confidence=0.5) for number in range(count)]
    call = InferCall(drawings=(), outputs=(("digit", False), ("confidence", True)), all_binary=False, id=None)
    response = await make_answer(rows, call, RECOGNISER)
    assert (threading.main_thread() not in Row.readers) is beside
    head = json.loads(bytes(response.body)[: int(response.headers["Inference-Header-Content-Length"])])
    assert head["outputs"][0]["data"] == [number % 10 for number in range(count)]
