"""The commands of README and docs that need nothing but the repository, run as they stand there."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from infra.markdown_pages import Block
from tests.documented_commands import ROOT, find_commands

TIMEOUT_S = 120


@pytest.mark.parametrize(
    ("path", "block"),
    find_commands("run"),
)
def test_a_documented_command_works(path: Path, block: Block) -> None:
    # The tests' own Python may lie elsewhere than in .venv.
    code = block.code.replace(".venv/bin/python", shlex.quote(sys.executable))
    command = [sys.executable, "-c", code] if block.language == "python" else ["bash", "-euo", "pipefail", "-c", code]

    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},  # set by `make test`
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
