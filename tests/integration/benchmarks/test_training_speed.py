"""The benchmark of training starts in a new process, in which no other test has imported anything."""

import subprocess
import sys


def test_the_command_prints_its_help() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.training_speed", "--help"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "--seconds-to" in ended.stdout
