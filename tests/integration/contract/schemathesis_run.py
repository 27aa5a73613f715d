"""Runs schemathesis against a service: requests made from its OpenAPI document, and every check of the answers.

`make test-contract` makes many more requests, with another seed in each run.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("SLATE_CONTRACT_EXAMPLES", "15")  # for each operation, in each phase
SEED = os.environ.get("SLATE_CONTRACT_SEED", "1")


def find_breaches(url: str, **headers: str) -> str:
    """The report of schemathesis if an answer of the service at `url` breaks its contract, else an empty string."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIGURATION, "run", f"{url}/openapi.json"]
    options = ["--max-examples", EXAMPLES, "--no-color"] + (["--seed", SEED] if SEED else [])
    for name, value in headers.items():
        options += ["--header", f"{name}:{value}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}  # for hooks.py
    run = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr if run.returncode else ""
