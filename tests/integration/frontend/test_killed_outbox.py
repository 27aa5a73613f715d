"""A process with an outbox is killed: what the outbox had accepted is in storage after the next start."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from services.frontend.saving.outbox import Outbox
from tests.integration.frontend.outbox_process import a_prediction
from tests.unit.frontend.conftest import FakeStorage

LONG_S = 30.0
PROGRAM = Path(__file__).with_name("outbox_process.py")
ROOT = Path(__file__).parents[3]


@dataclass
class Writer:
    """The process, what it has said, and what it has sent."""

    process: subprocess.Popen[str]
    log: Path

    def read(self, lines: int) -> list[list[str]]:
        assert self.process.stdout is not None
        return [json.loads(self.process.stdout.readline()) for _ in range(lines)]

    def kill(self) -> list[list[str]]:
        """Kill it → the rest of what it has said, without a line that was cut off."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGKILL)
        rest = self.process.stdout.read()
        self.process.wait()
        return [json.loads(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]

    def replay(self, storage: FakeStorage) -> None:
        """Give storage what the process has sent."""
        for line in self.log.read_text().splitlines():
            method, name, value = json.loads(line)
            prediction_id = UUID(name)
            match method:
                case "put_prediction":
                    storage.put_prediction(prediction_id, a_prediction(prediction_id.bytes))
                case "put_label":
                    storage.put_label(prediction_id, value)
                case _:
                    storage.delete_prediction(prediction_id, unlabelled_only=method == "delete_replaced")


@contextmanager
def run_writer(folder: Path, log: Path, *arguments: str) -> Iterator[Writer]:
    log.touch()
    command = (sys.executable, str(PROGRAM), str(folder), str(log), *arguments)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield Writer(process, log)
        finally:
            process.kill()


def drain(storage: FakeStorage, folder: Path) -> None:
    """Start an outbox on the folder and wait until it has sent everything."""
    outbox = Outbox(storage, folder, retry_s=0.01)
    deadline = time.monotonic() + LONG_S
    while outbox.unsaved:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outbox.close()


@pytest.mark.parametrize("away", ["0", "0.3", "1"], ids=["storage answers", "storage answers at times", "storage away"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_process_loses_nothing_and_stores_nothing_twice(tmp_path: Path, away: str, seed: int) -> None:
    with run_writer(tmp_path / "outbox", tmp_path / "log", away) as writer:
        said = writer.read(random.Random(seed).randrange(20, 400))
        said += writer.kill()
    storage = FakeStorage()
    writer.replay(storage)
    sent = len(storage.writes)
    drain(storage, tmp_path / "outbox")

    saved = {UUID(name) for change, name, _ in said if change == "save"}
    replaced = {UUID(before) for change, _, before in said if change == "save" and before}
    discarded = {UUID(name) for change, name, _ in said if change == "discard"}
    labelled = {UUID(name) for change, name, _ in said if change == "label"}
    last = (
        saved - replaced - discarded
    )  # the process may have replaced, discarded or labelled the newest without a word
    newest = UUID(said[-1][1])
    assert last - {newest} <= set(storage.predictions)
    assert not (replaced | discarded) & set(storage.predictions)
    assert labelled <= set(storage.labels)
    assert len(set(storage.predictions) - last) <= 1
    assert all(prediction.drawing == name.bytes for name, prediction in storage.predictions.items())
    sent_after = [written for method, written, _ in storage.writes[sent:] if method == "put_prediction"]
    assert len(sent_after) == len(set(sent_after))


def test_another_process_leaves_the_file_alone_until_its_owner_is_killed(tmp_path: Path) -> None:
    storage = FakeStorage()
    with run_writer(tmp_path / "outbox", tmp_path / "log", "1") as writer:
        writer.read(20)
        outbox = Outbox(storage, tmp_path / "outbox", retry_s=0.01, tidy_s=0.01)
        said = writer.read(200)
        assert storage.writes == []
        said += writer.kill()
    deadline = time.monotonic() + LONG_S
    while UUID(said[-1][1]) not in {written for _, written, _ in storage.writes}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outbox.close()


def test_on_a_full_disk_the_stroke_before_is_kept(tmp_path: Path) -> None:
    with run_writer(tmp_path / "outbox", tmp_path / "log", "1", "150000") as writer:
        (first_delivery, first, _), (second_delivery, _, _) = writer.read(2)
        writer.kill()
    assert (first_delivery, second_delivery) == ("WAITING", "UNKEPT")
    storage = FakeStorage()
    drain(storage, tmp_path / "outbox")
    assert set(storage.predictions) == {UUID(first)}
