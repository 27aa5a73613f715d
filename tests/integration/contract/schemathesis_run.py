"""Runs schemathesis against a service: requests made from its OpenAPI document, and every check of the answers.

`make test-contract` makes many more requests, with another seed in each run.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("SLATE_CONTRACT_EXAMPLES", "10")  # for each operation, in each phase
SEED = os.environ.get("SLATE_CONTRACT_SEED", "1")


def check_contract(url: str, **headers: str) -> None:
    """Fail with the report of schemathesis if an answer of the service at `url` breaks its contract."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIGURATION, "run", f"{url}/openapi.json"]
    options = ["--max-examples", EXAMPLES, "--no-color"] + (["--seed", SEED] if SEED else [])
    for name, value in headers.items():
        options += ["--header", f"{name}:{value}"]
    # The service writes its document at the first request. schemathesis waits ten seconds for it, whatever is set.
    httpx.get(f"{url}/openapi.json", timeout=120).raise_for_status()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}  # for hooks.py
    run = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.fail(run.stdout + run.stderr, pytrace=False)
