"""The load: predictions at a steady rate, some of them stored, labelled or deleted; pages, the history and the page.

Predictions are asked by two kinds of clients in turn. Both try once more after a failure: one soon, one later. What is
stored is sent again until storage acknowledges it, as the page's outbox does.
"""

import asyncio
import base64
import hashlib
import itertools
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from benchmarks.soak.asking import Tally, ask, send
from benchmarks.soak.ledger import SOURCE, Ledger
from benchmarks.soak.pictures import Digit
from shared.contracts.inference import Prediction
from shared.contracts.storage import Label, PredictionToStore

STORED_FIELDS = {"digit", "confidence", "probabilities", "digit_score", "model"}
JSON = {"Content-Type": "application/json"}
PNG = {"Content-Type": "image/png"}
SOON_S, LATER_S = 2.0, 15.0  # pauses before the second try
STORE_EVERY, LABEL_EVERY, DELETE_EVERY = 5, 2, 20  # of the predictions; of what is stored
PAGE_PAUSE_S, READ_PAUSE_S, VISIT_PAUSE_S = 5.0, 2.0, 1.0
SAVE_TRY_S, SAVE_PAUSE_S, SAVE_FOR_S = 10.0, 1.0, 180.0
READS = ("/v1/predictions?limit=16", "/v1/totals", "/v1/statistics", "/v1/predictions?labelled=true&limit=16")
PAGE_PATHS = ("/", "/readyz", "/_stcore/health")


@dataclass
class Load:
    """Sends the load until it is over. The tallies and the ledger say what came of it."""

    inference: httpx.AsyncClient
    storage: httpx.AsyncClient
    frontend: httpx.AsyncClient
    digits: Sequence[Digit]
    pages: Sequence[bytes]
    ledger: Ledger
    soon: Tally = field(default_factory=lambda: Tally(f"predictions, second try after {SOON_S:g} s", SOON_S))
    later: Tally = field(default_factory=lambda: Tally(f"predictions, second try after {LATER_S:g} s", LATER_S))
    page: Tally = field(default_factory=lambda: Tally("pages (`/v1/read`)", LATER_S))
    reads: Tally = field(default_factory=lambda: Tally("history and statistics", LATER_S))
    visits: Tally = field(default_factory=lambda: Tally("the page's files and health", LATER_S))
    unsaved: int = 0  # rows that storage did not acknowledge in SAVE_FOR_S
    changed_answers: int = 0  # the same picture and the same version, but another digit
    longest_save_s: float = 0.0
    is_over: bool = False  # set it to end the load: what was begun is waited for
    _answers: dict[tuple[int, str], int] = field(default_factory=dict)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """All tallies, those of the predictions first."""
        return self.soon, self.later, self.page, self.reads, self.visits

    async def run(self, rate: float) -> None:
        """Send the load at `rate` predictions per second until it is over, and wait for the last answers."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(1 / rate, self._predict, group))
            group.create_task(self._every(PAGE_PAUSE_S, self._read_page, group))
            group.create_task(self._every(READ_PAUSE_S, self._read_history, group))
            group.create_task(self._every(VISIT_PAUSE_S, self._visit, group))

    async def _every(
        self, pause_s: float, do: Callable[[int], Coroutine[None, None, None]], group: asyncio.TaskGroup
    ) -> None:
        """Begin one request every `pause_s`, however long the answers take."""
        start = time.monotonic()
        for number in itertools.count():
            if self.is_over:
                break
            await asyncio.sleep(max(0.0, start + number * pause_s - time.monotonic()))
            group.create_task(do(number))

    async def _predict(self, number: int) -> None:
        index = number % len(self.digits)
        digit = self.digits[index]
        request = self.inference.build_request("POST", "/v1/predict", content=digit.picture, headers=PNG)
        response = await ask(self.inference, request, self.soon if number % 2 else self.later)
        if response is None:
            return
        answer = Prediction.model_validate_json(response.content)
        first = self._answers.setdefault((index, f"{answer.model.name}/{answer.model.version}"), answer.digit)
        self.changed_answers += first != answer.digit
        if number % STORE_EVERY == 0:
            await self._store(number // STORE_EVERY, answer, digit)

    async def _store(self, number: int, answer: Prediction, digit: Digit) -> None:
        body = PredictionToStore(
            **answer.model_dump(include=STORED_FIELDS), drawing=base64.b64encode(digit.picture), source=SOURCE
        )
        path, ledger = f"/v1/predictions/{answer.id}", self.ledger
        ledger.sent.add(answer.id)
        if not await self._save("PUT", path, body.model_dump_json()):
            return
        ledger.drawings[answer.id] = hashlib.sha256(digit.picture).digest()
        if number % LABEL_EVERY == 0:
            await self._label(answer.id, path, digit.label)
        if number % DELETE_EVERY == DELETE_EVERY - 1:
            await self._delete(answer.id, path)

    async def _label(self, prediction_id: UUID, path: str, label: int) -> None:
        if await self._save("PUT", f"{path}/label", Label(digit=label).model_dump_json()):
            self.ledger.labels[prediction_id] = label
        else:
            self.ledger.unsure_labels.add(prediction_id)

    async def _delete(self, prediction_id: UUID, path: str) -> None:
        """The note of the row is taken back before, because it may be deleted although no answer comes."""
        del self.ledger.drawings[prediction_id]
        self.ledger.labels.pop(prediction_id, None)
        done = await self._save("DELETE", path, "")
        (self.ledger.deleted if done else self.ledger.unsure_deletions).add(prediction_id)

    async def _save(self, method: str, path: str, body: str) -> bool:
        """Send it until it is acknowledged → whether it was."""
        began = time.monotonic()
        while time.monotonic() < began + SAVE_FOR_S:
            request = self.storage.build_request(method, path, content=body, headers=JSON)
            answer = await send(self.storage, request, SAVE_TRY_S)
            if isinstance(answer, httpx.Response):
                self.longest_save_s = max(self.longest_save_s, time.monotonic() - began)
                return True
            await asyncio.sleep(SAVE_PAUSE_S)
        self.unsaved += 1
        return False

    async def _read_page(self, number: int) -> None:
        content = self.pages[number % len(self.pages)]
        await ask(
            self.inference, self.inference.build_request("POST", "/v1/read", content=content, headers=PNG), self.page
        )

    async def _read_history(self, number: int) -> None:
        await ask(self.storage, self.storage.build_request("GET", READS[number % len(READS)]), self.reads)

    async def _visit(self, number: int) -> None:
        path = PAGE_PATHS[number % len(PAGE_PATHS)]
        await ask(self.frontend, self.frontend.build_request("GET", path), self.visits)
