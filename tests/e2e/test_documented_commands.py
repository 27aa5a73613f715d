"""The commands of README and docs that need a running stack, run as they stand there.

Only the addresses differ: a page names the ports of `make run`, and the test's stack has others.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args
from uuid import UUID

import httpx
import pytest

from infra.markdown_pages import Block, MarkdownPage
from shared.contracts.problem import ProblemCode
from tests.documented_commands import ROOT, find_commands
from tests.e2e.stack import TOKEN, Stack

SERVICE_OF_PORT = {"8001": "inference", "8002": "storage", "8501": "frontend"}
DOCUMENTED_ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):(8001|8002|8501)")
DOCUMENTED_ID = re.compile(r"\bID=([0-9a-f-]{36})")
ASSIGNMENT = re.compile(r"^[A-Z_]+=.*", re.MULTILINE)
# An error status must fail the command, and each answer must end its line.
CURL = 'set -euo pipefail; curl() { command curl --fail-with-body --write-out "\\n" "$@"; }\n'
TIMEOUT_S = 120


def earlier_assignments(path: Path, block: Block) -> str:
    """The shell variables that the page has set before this block, as a reader's terminal would still have them."""
    earlier = [each for each in MarkdownPage(path).find_blocks() if each.line < block.line and each.marker == "stack"]
    return "\n".join(line for each in earlier if each.language == "sh" for line in ASSIGNMENT.findall(each.code))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The root folder of the repository as far as the commands use it: the environment, and the token of `make run`."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".slate").mkdir()
    (tmp_path / ".slate" / "storage-token").write_text(TOKEN + "\n")
    return tmp_path


def store_prediction(stack: Stack, prediction_id: UUID) -> None:
    drawing = (ROOT / "docs" / "images" / "seven.png").read_bytes()
    headers = {"Content-Type": "image/png"}
    read = httpx.post(f"{stack.url('inference')}/v1/predict", content=drawing, headers=headers, timeout=30).json()
    body = {name: read[name] for name in ("digit", "confidence", "probabilities", "digit_score", "model")}
    body["drawing"] = base64.b64encode(drawing).decode()
    with stack.storage() as storage:
        storage.put(f"/v1/predictions/{prediction_id}", json=body).raise_for_status()


@pytest.mark.parametrize(
    ("path", "block"),
    find_commands("stack"),
)
def test_a_documented_command_works(stack: Stack, folder: Path, path: Path, block: Block) -> None:
    code = block.code if block.language == "python" else f"{CURL}{earlier_assignments(path, block)}\n{block.code}"
    for prediction_id in DOCUMENTED_ID.findall(code):
        store_prediction(stack, UUID(prediction_id))
    code = DOCUMENTED_ADDRESS.sub(lambda address: stack.url(SERVICE_OF_PORT[address[1]]), code)
    command = [sys.executable, "-c", code] if block.language == "python" else ["bash", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLATE_API_KEY": "a key that nobody asks for"}

    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    for line in ran.stdout.splitlines():
        if line.startswith(("{", "[")):
            json.loads(line)
    assert ran.stdout.strip(), "it printed nothing"
    assert not ran.stdout.startswith((*get_args(ProblemCode), "http")), ran.stdout  # a program may print its refusal
