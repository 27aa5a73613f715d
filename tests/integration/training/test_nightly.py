"""The nightly run survives what goes wrong in a refinement, is alone, and ends at once when it is told to."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from shared.recognition.journal import read_journal
from shared.recognition.model_version import read_current
from tests.integration.clients.listening import listening
from tests.written_versions import write_copies
from training.errors import RunError
from training.refine import nightly
from training.refine.child import Ended, run_child
from training.refine.lock import only_one

HOUR_S = 3600.0


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def run(program: str, longest_s: float = HOUR_S, stop: threading.Event | None = None) -> tuple[str, bool]:
    ended = run_child(python(program), stop or threading.Event(), longest_s)
    return ended.failure, ended.stopped


def test_a_refinement_that_went_well_is_no_failure() -> None:
    assert run("print('refined cnn')") == ("", False)


def test_a_failure_is_described_by_the_last_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("import sys; print('one\\ntwo', file=sys.stderr); sys.exit('three')") == ("three", False)
    assert capfd.readouterr().err.split() == ["one", "two", "three"]


def test_a_traceback_is_described_by_its_error() -> None:
    assert run("raise ValueError('no such label')") == ("ValueError: no such label", False)


def test_a_failure_without_a_word_is_described_by_its_code() -> None:
    assert run("import os; os._exit(7)") == ("It ended with exit code 7 and said nothing.", False)


def test_a_refinement_that_the_system_killed_is_a_failure() -> None:
    failure, _ = run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert "SIGKILL" in failure


def test_a_refinement_that_does_not_end_is_stopped() -> None:
    failure, stopped = run("import time; time.sleep(600)", longest_s=0.1)
    assert ("was stopped" in failure, stopped) == (True, False)


def test_a_refinement_is_told_to_stop_and_may_keep_what_it_has(tmp_path: Path) -> None:
    kept, began = tmp_path / "kept", tmp_path / "began"
    program = f"""
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored if the tests were started in the background
try:
    pathlib.Path({str(began)!r}).touch()
    time.sleep(600)
except KeyboardInterrupt:
    pathlib.Path({str(kept)!r}).touch()
"""
    stop = threading.Event()
    ended: list[tuple[str, bool]] = []
    running = threading.Thread(target=lambda: ended.append(run(program, stop=stop)))
    running.start()
    while not began.exists():
        running.join(0.05)
    stop.set()
    running.join()
    assert (ended, kept.exists()) == ([("", True)], True)


def test_two_never_refine_the_same_model(tmp_path: Path) -> None:
    only = partial(only_one, tmp_path)
    with only("mlp"), only("cnn"), pytest.raises(RunError, match="every night"), only("mlp"):
        pass
    with only_one(tmp_path, "mlp"):
        pass


def start(models: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "training.refine.nightly", "--models-dir", str(models), "--model", "mlp"]
    environment = {**os.environ, "TRAINING_RESULTS_DIR": str(models / "results"), "STORAGE_TOKEN": "wrong"}
    return subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True, env=environment)


def test_a_night_with_a_failing_refinement_is_in_the_journal_and_changes_nothing(tmp_path: Path) -> None:
    write_copies(tmp_path, "mlp", "1", "2")
    with listening(FastAPI()) as storage:  # it refuses at once, while a storage that is away is tried for half a minute
        night = start(tmp_path, "--once", "--storage-url", storage)
        _, said = night.communicate(timeout=300)
    assert night.returncode == 1, said
    [entry] = read_journal(tmp_path, "mlp")
    assert (entry.event, entry.who) == ("failed", "make refine-nightly")
    assert entry.why in said
    assert "there is no new drift report" in said
    assert read_current(tmp_path, "mlp") == "1"


def prepare(models: Path, monkeypatch: pytest.MonkeyPatch, *programs: str) -> nightly.Nightly:
    """mlp/1 is in use, it is always three o'clock, and these programs are the refinements of the nights."""
    write_copies(models, "mlp", "1")
    following = iter(programs)
    run_first = nightly.run_child

    def run_next(command: Sequence[str], *rest: Any) -> Ended:
        return run_first(python(next(following)) if command[2] == "training.refine" else python(""), *rest)

    monkeypatch.setattr(nightly, "run_child", run_next)
    monkeypatch.setattr(nightly, "wait_until", lambda *_: None)
    return nightly.parse(["--models-dir", str(models), "--model", "mlp"])


class Nights(threading.Event):
    """Set when so many nights have begun."""

    def __init__(self, nights: int) -> None:
        super().__init__()
        self._left = 3 * nights  # it is asked before the wait, after it, and before the refinement

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_after_a_night_that_failed_the_next_one_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = prepare(tmp_path, monkeypatch, "import sys; sys.exit('Storage is away.')", "print('refined')")
    assert nightly.run(night, Nights(2))
    assert [(entry.event, entry.why) for entry in read_journal(tmp_path, "mlp")] == [("failed", "Storage is away.")]


def test_a_journal_that_cannot_be_written_does_not_keep_old_versions_from_being_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    night = prepare(tmp_path, monkeypatch, "import sys; sys.exit('The disk is full.')")
    (tmp_path / "mlp" / ".removing-0").mkdir()
    monkeypatch.setattr(nightly, "append_event", full)
    assert not nightly.refine_once(night, threading.Event())
    assert "the journal does not have it: [Errno 28]" in caplog.text
    assert not (tmp_path / "mlp" / ".removing-0").exists()


def test_whatever_goes_wrong_in_a_night_it_is_not_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> list[str]:
        raise RecursionError

    night = prepare(tmp_path, monkeypatch, "", "")
    monkeypatch.setattr(nightly, "prune", break_down)
    assert not nightly.run(night, Nights(1))
    assert "the night was not finished" in caplog.text


def test_the_token_of_the_option_reaches_both_commands_and_no_list_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tell = python("import os, sys; print(os.environ['STORAGE_TOKEN'], len(sys.argv), file=sys.stderr)")
    write_copies(tmp_path, "mlp", "1")
    monkeypatch.setenv("STORAGE_TOKEN", "")
    monkeypatch.setattr(nightly, "REFINE", tell)
    monkeypatch.setattr(nightly, "REPORT_DRIFT", tell)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert (
        nightly.main(["--once", "--models-dir", str(tmp_path), "--model", "mlp", "--storage-token", "the-token"]) == 0
    )
    assert [line.split()[0] for line in capfd.readouterr().err.splitlines() if "the-token" in line] == ["the-token"] * 2


def test_sigterm_ends_the_wait_for_the_night(tmp_path: Path) -> None:
    write_copies(tmp_path, "mlp", "1")
    waiting = start(tmp_path)
    assert waiting.stderr is not None
    assert "the next refinement of mlp begins at" in waiting.stderr.readline()
    second = start(tmp_path)
    _, said = second.communicate(timeout=300)
    assert (second.returncode, "already refines mlp" in said) == (1, True)
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(timeout=60) == 0
    waiting.stderr.close()
    assert read_journal(tmp_path, "mlp") == []
