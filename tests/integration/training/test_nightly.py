"""The nightly run survives what goes wrong in a refinement, is alone, and ends at once when it is told to."""

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from shared.recognition.journal import read_journal
from shared.recognition.model_version import read_current
from tests.network import CLOSED_URL
from tests.written_versions import write_copies
from training.errors import RunError
from training.refine.child import run_child
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
    night = start(tmp_path, "--once", "--storage-url", CLOSED_URL)
    _, said = night.communicate(timeout=300)
    assert night.returncode == 1, said
    [entry] = read_journal(tmp_path, "mlp")
    assert (entry.event, entry.who) == ("failed", "make refine-nightly")
    assert entry.why in said
    assert "there is no new drift report" in said
    assert read_current(tmp_path, "mlp") == "1"


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
