"""A program that stores rows as fast as storage acknowledges them, and notes which of them were acknowledged."""

import threading
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx

from benchmarks.fairness.services import TOKEN
from benchmarks.storage.bodies import make_prediction
from tests.e2e.stack import NO_CERTIFICATES
from tests.faults.callers import GOOD, name_answer

PAUSE_S = 0.02
TIMEOUT_S = 15.0


@dataclass
class Writers:
    """One thread. `refused` are the kinds of refusals, and `last_refusal` when the last of them came."""

    url: str
    token: str = TOKEN
    stored: set[UUID] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    last_refusal: float = 0.0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Writers":
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _write(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_S, verify=NO_CERTIFICATES) as client:
            number = 0
            while not self._stopping.wait(PAUSE_S):
                number += 1
                prediction_id, body = uuid4(), make_prediction(number).model_dump_json()
                path = f"/v1/predictions/{prediction_id}"
                what = name_answer(lambda path=path, body=body: client.put(path, content=body))  # type: ignore[misc]
                if what == GOOD:
                    self.stored.add(prediction_id)
                else:
                    self.refused.add(what)
                    self.last_refusal = time.monotonic()
