"""The benchmark of training starts as its command, where nothing was imported before."""

import subprocess
import sys


def test_it_can_be_asked_what_it_takes() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.training_speed", "--help"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "--seconds-to" in ended.stdout
