"""A running inference, and environments of their own with the clients of other projects, as they come from PyPI."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.inference.app import create_app
from services.inference.settings import Settings
from tests.integration.clients.listening import listening
from tests.integration.inference.conftest import MODELS

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
Run = Callable[[str, str, str], str]


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with listening(create_app(Settings(models_dir=MODELS))) as address:
        yield address


@pytest.fixture
def run_program(tmp_path: Path) -> Run:
    """Install packages into a new environment, run a program of this folder there → what it printed.

    The program is copied, so that it cannot import anything of the repository.
    """

    def run(program: str, packages: str, url: str) -> str:
        python = tmp_path / "environment" / "bin" / "python"
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, python.parents[1]], check=True)
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *packages.split()], cwd=ROOT, check=True)
        copy = tmp_path / "program.py"
        copy.write_text((PROGRAMS / program).read_text())
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [python, "-I", copy, url, ROOT / "docs" / "images" / "seven.png"]
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    return run
