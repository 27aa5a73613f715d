"""A process with an outbox, for tests that kill it: `python outbox_process.py FOLDER LOG AWAY [FILE_BYTES]`.

It makes changes without end, and writes each one to stdout after the outbox has accepted it. Its storage appends every
write to the file LOG. AWAY is the share of writes that storage does not answer. With FILE_BYTES no file can grow beyond
that size; then the process saves one drawing and a larger one that replaces it, tells what became of both, and waits.
"""

import base64
import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

import structlog

from services.frontend.saving.outbox import Outbox
from shared.clients.service import ServiceUnavailableError
from shared.contracts.message import ModelVersion
from shared.contracts.storage import PredictionToStore, TrueDigit


class LoggedStorage:
    """A storage that only writes down what it is told."""

    def __init__(self, log: Path, away: float) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._away = away

    def put_prediction(self, prediction_id: UUID, prediction: PredictionToStore, *, key: str | None = None) -> None:
        self._write("put_prediction", prediction_id, base64.b64encode(prediction.drawing).decode())

    def delete_prediction(self, prediction_id: UUID, *, unlabelled_only: bool = False, key: str | None = None) -> None:
        self._write("delete_replaced" if unlabelled_only else "delete_prediction", prediction_id, None)

    def put_label(
        self,
        prediction_id: UUID,
        digit: TrueDigit,
        *,
        instead_of: TrueDigit | None = None,
        key: str | None = None,
    ) -> None:
        self._write("put_label", prediction_id, digit)

    def delete_label(self, prediction_id: UUID, *, key: str | None = None) -> None:
        self._write("delete_label", prediction_id, None)

    def _write(self, method: str, prediction_id: UUID, value: str | int | None) -> None:
        if random.random() < self._away:
            raise ServiceUnavailableError("away")
        os.write(self._log, (json.dumps([method, str(prediction_id), value]) + "\n").encode())


def a_prediction(drawing: bytes) -> PredictionToStore:
    return PredictionToStore(
        digit=7,
        confidence=1,
        probabilities=[float(digit == 7) for digit in range(10)],
        digit_score=1,
        model=ModelVersion(name="cnn", version="1"),
        drawing=base64.b64encode(drawing),
    )


def report(change: str, prediction_id: UUID, value: str | int | None) -> None:
    sys.stdout.write(json.dumps([change, str(prediction_id), value]) + "\n")
    sys.stdout.flush()


def make_changes(outbox: Outbox) -> None:
    """Each round: two strokes of a drawing, then a label, a deletion or nothing."""
    while True:
        first, second = uuid4(), uuid4()
        outbox.save(first, a_prediction(first.bytes))
        report("save", first, None)
        outbox.save(second, a_prediction(second.bytes), replaces=first)
        report("save", second, str(first))
        if (what := random.randrange(3)) == 1:
            outbox.label(second, 3)
            report("label", second, 3)
        elif what == 2:
            outbox.discard(second)
            report("discard", second, None)
        time.sleep(0.001)


def fill_the_disk(outbox: Outbox) -> None:
    first, second = uuid4(), uuid4()
    outbox.save(first, a_prediction(b"first"))
    report(outbox.wait(first, 0).name, first, None)
    outbox.save(second, a_prediction(os.urandom(200_000)), replaces=first)
    report(outbox.wait(second, 0).name, second, str(first))
    time.sleep(60)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    folder, log, away, *file_bytes = sys.argv[1:]
    if file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(file_bytes[0]), resource.RLIM_INFINITY))
    outbox = Outbox(LoggedStorage(Path(log), float(away)), Path(folder), max_unsaved=10**9, retry_s=0.01)
    fill_the_disk(outbox) if file_bytes else make_changes(outbox)


if __name__ == "__main__":
    main()
