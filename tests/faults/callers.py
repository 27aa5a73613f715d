"""Programs that call the three services the whole time, and note each answer and each row that was acknowledged."""

import base64
import io
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from PIL import Image, ImageDraw

from shared.contracts.storage import PredictionToStore
from tests.e2e.stack import NO_CERTIFICATES, TOKEN, Stack

PAUSE_S = 0.25
TIMEOUT_S = 10.0  # longer than storage waits for its database
GOOD = "200"
NOTHING, BROKEN = "no answer", "no connection"
SERVICES = ("inference", "storage", "frontend")


def draw_seven() -> bytes:
    """A seven as a canvas sends it, as PNG."""
    picture = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(picture).line([(70, 60), (210, 60), (125, 230)], fill=0, width=16, joint="curve")
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


DRAWING = draw_seven()


@dataclass(frozen=True)
class Answer:
    """What a caller got: `200`, `503 not_ready`, or nothing; when it asked and when it knew (time.monotonic)."""

    service: str
    what: str
    asked: float
    moment: float


@dataclass
class Callers:
    """One thread for each service. `stored` are the rows that storage acknowledged."""

    stack: Stack
    answers: list[Answer] = field(default_factory=list)
    stored: set[UUID] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Callers":
        for service, call in zip(SERVICES, (self._predict, self._store, self._visit), strict=True):
            thread = threading.Thread(target=self._call, args=(service, call), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def count(self, service: str, since: float, until: float = float("inf")) -> Counter[str]:
        """What was answered to requests that were sent in this time."""
        return Counter(one.what for one in self.answers if one.service == service and since <= one.asked < until)

    def is_healthy(self, since: float) -> bool:
        """Whether the last three requests to each service that were sent after this moment were answered."""
        for service in SERVICES:
            last = [one.what for one in self.answers if one.service == service and one.asked >= since][-3:]
            if last != [GOOD] * 3:
                return False
        return True

    def find_last_failure(self, since: float) -> float | None:
        """When the last caller learned of a failure, for requests that were sent after this moment."""
        return max((one.moment for one in self.answers if one.asked >= since and one.what != GOOD), default=None)

    def _call(self, service: str, call: Callable[[httpx.Client], httpx.Response]) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"} if service == "storage" else {}
        url = self.stack.url(service)
        with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, verify=NO_CERTIFICATES) as client:
            while not self._stopping.wait(PAUSE_S):
                asked = time.monotonic()
                self.answers.append(Answer(service, name_answer(lambda: call(client)), asked, time.monotonic()))

    def _predict(self, client: httpx.Client) -> httpx.Response:
        return client.post("/v1/predict", content=DRAWING, headers={"Content-Type": "image/png"})

    def _store(self, client: httpx.Client) -> httpx.Response:
        prediction_id = uuid4()
        body = PredictionToStore(
            digit=7,
            confidence=0.9,
            probabilities=[0.1] * 10,
            digit_score=0.9,
            model={"name": "cnn", "version": "faults"},
            drawing=base64.b64encode(DRAWING),
        ).model_dump_json()
        headers = {"Content-Type": "application/json"}
        response = client.put(f"/v1/predictions/{prediction_id}", content=body, headers=headers)
        if response.is_success:
            self.stored.add(prediction_id)
        return response

    def _visit(self, client: httpx.Client) -> httpx.Response:
        return client.get("/")


def name_answer(call: Callable[[], httpx.Response]) -> str:
    """Send a request → what was answered. An answer that breaks a promise of the API has another name."""
    try:
        response = call()
    except httpx.TimeoutException:
        return NOTHING
    except httpx.TransportError:
        return BROKEN
    if response.is_success:
        return GOOD
    try:
        code = response.json()["code"]
    except (ValueError, KeyError, TypeError):
        code = "without a problem"
    patience = "" if "Retry-After" in response.headers else " without Retry-After"
    return f"{response.status_code} {code}{patience}"
