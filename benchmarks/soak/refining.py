"""One refinement in the middle of the run, at low priority and for a few minutes, on the labels of the load."""

import asyncio
import os
import sys
from pathlib import Path

from benchmarks.learning.versions import ROOT
from tests.e2e.stack import TOKEN, Stack

MODEL = "lenet5"  # the cheapest that a refinement can teach; the load is answered by another


async def refine(stack: Stack, models_dir: Path, data_dir: Path, minutes: float) -> str:
    """Run `python -m training.refine` → what it said last, with its exit code."""
    options = {
        "--model": MODEL,
        "--models-dir": models_dir,
        "--results-dir": stack.folder / "results",
        "--data-dir": data_dir,
        "--storage-url": stack.url("storage"),
        "--time-limit-min": minutes,
    }
    arguments = [str(part) for option in options.items() for part in option]
    process = await asyncio.create_subprocess_exec(
        *("nice", "-n", "10", sys.executable, "-m", "training.refine", *arguments),
        cwd=ROOT,
        env={**os.environ, "STORAGE_TOKEN": TOKEN, "OMP_NUM_THREADS": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'it said nothing'} (exit code {process.returncode})"
