"""A refinement in a process of its own, which is killed before a chosen change of a file.

The process is forked from one that has imported everything and done nothing, so that it begins within milliseconds.
"""

import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import pytest

from shared.recognition import journal, promotion
from shared.recognition.model_version import next_version
from tests.integration.training.refine.world import make_small, people, thin_bars
from training.publishing import version
from training.refine import __main__ as command
from training.refine import refinement
from training.refine.options import Options

LABELS = 150
TODAY = datetime(2099, 1, 1, tzinfo=UTC)  # the names of versions do not change at midnight, and are the newest
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = {"os.rename", "os.remove", "os.mkdir", "shutil.rmtree", "journal"}


def refine(options: Options, kill_before: str = "", *, half_way: bool = False) -> int:
    """Refine in another process and return its exit status, which is −9 if it was killed.

    It is killed before the first change of a file whose description the expression `kill_before` finds. `half_way`: the
    candidate goes half of the way, as if it only accepted more.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_refine, args=(options, kill_before, half_way))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _refine(options: Options, kill_before: str, half_way: bool) -> None:
    folder = options.models_dir.parent

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        change = _describe(event, arguments, f"{folder}/")
        if change and kill_before and re.search(kill_before, change):
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as monkeypatch:
        make_small(folder, monkeypatch)
        monkeypatch.setattr(command, "fetch_drawings", lambda *_: people(thin_bars(LABELS)))
        monkeypatch.setattr(command, "send_suspected", lambda *_: None)
        if half_way:
            monkeypatch.setattr(refinement, "only_accepts_more", lambda *_: True)
        monkeypatch.setattr(version, "next_version", lambda models, name, _: next_version(models, name, TODAY))
        for module in (journal, promotion):
            monkeypatch.setattr(module, "write_entry", _announced(module.write_entry))
        sys.addaudithook(watch)
        command.refine(options)


def _describe(event: str, arguments: tuple[Any, ...], folder: str) -> str:
    """`os.rename results/refine-mlp-1/refinement.json`; empty for what changes no file of that folder."""
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITES):
        return ""
    path = str(arguments[1 if event == "os.rename" else 0]) if arguments else ""
    changes = event in CHANGES or event == "open"
    return f"{event} {path.removeprefix(folder)}" if changes and path.startswith(folder) else ""


def _announced(write_entry: Callable[..., None]) -> Callable[..., None]:
    """The line of a journal is written into an open file, which Python does not announce."""

    def announce(file: Any, entry: journal.JournalEntry) -> None:
        sys.audit("journal", f"{file.name} {entry.event}")
        write_entry(file, entry)

    return announce
