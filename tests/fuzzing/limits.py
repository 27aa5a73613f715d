"""An input that costs too much is a fault, if a process of its own says so too.

The fuzzer's own process has slower code, because its branches are counted. So it only suspects an input.
`python -m tests.fuzzing.limits TARGET FILE` is the other process.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.fuzzing.targets import TARGETS, Target
from tests.worst_pictures.cost import Cost, measure_cost

TRIES = 3  # the least of their costs counts, because a busy machine makes the same work cost more


class TooCostlyError(Exception):
    """An input costs more than its target allows."""


def use_within_limits(name: str, data: bytes) -> bool:
    """Whether the target accepted the input. TooCostlyError, or whatever fault the target has."""
    target, accepted = TARGETS[name], []
    cost = measure_cost(lambda: accepted.append(target.use(data)))
    if _is_too_high(cost, target):
        confirmed = min((measure_alone(name, data) for _ in range(TRIES)), key=lambda each: (each.cpu_s, each.mib))
        if _is_too_high(confirmed, target):
            raise TooCostlyError(f"{confirmed.cpu_s:.2f} s of CPU and {confirmed.mib:.0f} MiB for {len(data)} bytes")
    return accepted[0]


def measure_alone(name: str, data: bytes) -> Cost:
    """The cost in a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        command = [sys.executable, "-m", "tests.fuzzing.limits", name, file.name]
        done = subprocess.run(command, check=True, capture_output=True)
        return Cost(**json.loads(done.stdout.splitlines()[-1]))  # behind the lines of logs


def _is_too_high(cost: Cost, target: Target) -> bool:
    return cost.cpu_s > target.cpu_s or cost.mib > target.mib


def main(name: str, path: str) -> None:
    """Print the cost of the file as JSON."""
    target = TARGETS[name]
    for example in target.make_inputs():  # loads what is loaded once
        target.use(example)
    data = Path(path).read_bytes()
    print(json.dumps(asdict(measure_cost(lambda: target.use(data)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
