"""What the worst picture costs: CPU time and memory of decoding and reading it, each in a process of its own.

A page is read by the reader network in use. Its own memory, loaded once, does not count.

`python -m benchmarks.worst_pictures` prints the table. `--only checkerboard` measures the pictures with that in their
name. Linux only, as it resets the peak of the memory in /proc.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from shared.recognition.errors import DrawingError
from shared.recognition.preprocessing import preprocess
from tests.shipped_reader import read_page
from tests.unit.recognition.written_page import Written, as_png, write
from tests.worst_pictures.pictures import list_pictures

READERS: dict[str, Callable[[bytes], object]] = {"one digit": preprocess, "page": read_page}
SEVEN = [Written(7, 80, 60, 160)]


def main() -> None:
    """Prints a row for each picture, then the highest figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        reader, path = chosen.one
        print(json.dumps(measure_here(READERS[reader], Path(path).read_bytes())))
        return
    print("| picture | kB | one digit: CPU | memory | answer | page: CPU | memory | answer |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    highest = [0.0, 0.0]
    for name, make in list_pictures().items():
        if chosen.only in name:
            cells = measure(make(), highest)
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nThe most: {highest[0]:.2f} s of CPU and {highest[1]:.0f} MiB")


def measure(data: bytes, highest: list[float]) -> list[str]:
    """The cells of a row. Raises the `highest` CPU time and memory."""
    cells = [f"{len(data) / 1e3:.0f}"]
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        for reader in READERS:
            command = [sys.executable, "-m", "benchmarks.worst_pictures", "--one", reader, file.name]
            cpu_s, mib, answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            highest[:] = max(highest[0], cpu_s), max(highest[1], mib)
            cells += [f"{cpu_s:.2f} s", f"{mib:.0f} MiB", answer]
    return cells


def measure_here(read: Callable[[bytes], object], data: bytes) -> tuple[float, float, str]:
    """CPU seconds, MiB beyond the memory that the process had before, and what came of it."""
    read(as_png(write(SEVEN, 280, 280)))  # loads what is loaded once
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins at the present memory
    memory, cpu_s = read_peak_mib(), read_cpu_s()
    try:
        read(data)
        answer = "read"
    except DrawingError as error:
        answer = type(error).__name__
    return read_cpu_s() - cpu_s, read_peak_mib() - memory, answer


def read_cpu_s() -> float:
    """User and system time of all threads of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_peak_mib() -> float:
    """The highest resident memory of this process; `ru_maxrss` would include that of the parent process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
