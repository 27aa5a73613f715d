"""Runs `python -m training.refine` for an installation, and asks storage which labels it suspects afterwards."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from benchmarks.fairness.services import TOKEN
from benchmarks.learning.installation import Installation
from benchmarks.learning.versions import ROOT, Version, without_data_files
from training.data.labelled_stream import stream_labelled_drawings

EVERY = 100_000  # labelled drawings, more than any scenario has


@dataclass(frozen=True)
class Refined:
    """The version in use before and after, which is the same one if nothing got through the gate."""

    before: Version
    after: Version
    suspected: frozenset[UUID]  # drawings with a label that is likely wrong
    minutes: float
    cpu_minutes: float
    memory_mb: float  # the most that one of its processes had
    output: str

    @property
    def is_published(self) -> bool:
        """Whether another version is in use now."""
        return self.before != self.after


def refine(installation: Installation, data_dir: Path, pen_digits: Sequence[Path] = ()) -> Refined:
    """Refine the version in use. `pen_digits` are strokes that the installation has beside its labels.

    RuntimeError with the end of its output if the command fails.
    """
    before, began = installation.version, time.perf_counter()
    options = {
        "--model": installation.model,
        "--models-dir": installation.models_dir,
        "--results-dir": installation.folder / "results",
        "--data-dir": data_dir.resolve(),
        "--storage-url": installation.storage_url,
    }
    command = [sys.executable, "-m", "training.refine", *(str(part) for option in options.items() for part in option)]
    command += [argument for file in pen_digits for argument in ("--pen-digits", str(file))]
    environment = without_data_files(os.environ) | {"STORAGE_TOKEN": TOKEN}
    log, printed = installation.folder / "refine.log", installation.folder / "refine.out"
    with log.open("w") as errors, printed.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    minutes = (time.perf_counter() - began) / 60
    if process.returncode != 0:
        raise RuntimeError(f"training.refine ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    return Refined(
        before,
        installation.version,
        list_suspected(installation),
        minutes=minutes,
        cpu_minutes=(usage.ru_utime + usage.ru_stime) / 60,
        memory_mb=usage.ru_maxrss * 1024 / 1e6,
        output=printed.read_text(),
    )


def list_suspected(installation: Installation) -> frozenset[UUID]:
    """Return the drawings whose labels are suspected and not reviewed."""
    lines = stream_labelled_drawings(installation.storage_url, TOKEN, newest=EVERY)
    return frozenset(UUID(str(line.id)) for line in lines if line.suspected)
