"""What the worst picture costs: CPU time and memory of decoding and reading it, each in a process of its own.

A page is read by the reader network in use. Its own memory, loaded once, does not count. A second table has the files
that the page converts. They cost what the converting process costs from its start to its end, which the operating
system limits.

`python -m benchmarks.worst_pictures` prints the table. `--only checkerboard` measures the pictures with that in their
name. Linux only, as it resets the peak of the memory in /proc.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from services.frontend.conversion import NotConvertedError, convert
from shared.recognition.errors import DrawingError
from shared.recognition.preprocessing import preprocess
from tests.shipped_reader import read_page
from tests.unit.recognition.written_page import Written, as_png, write
from tests.worst_pictures.converted import HOSTILE_CONVERTED
from tests.worst_pictures.cost import measure_cost
from tests.worst_pictures.pictures import list_pictures

READERS: dict[str, Callable[[bytes], object]] = {"one digit": preprocess, "page": read_page}
CONVERSION = "conversion"
SEVEN = [Written(7, 80, 60, 160)]


def main() -> None:
    """Prints a row for each picture, then the highest figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        reader, data = chosen.one[0], Path(chosen.one[1]).read_bytes()
        print(json.dumps(measure_conversion(data) if reader == CONVERSION else measure_here(READERS[reader], data)))
        return
    print("| picture | kB | one digit: CPU | memory | answer | page: CPU | memory | answer |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    highest = [0.0, 0.0]
    for name, make in list_pictures().items():
        if chosen.only in name:
            cells = measure(make(), highest)
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nThe most: {highest[0]:.2f} s of CPU and {highest[1]:.0f} MiB\n")
    print("| converted file | kB | CPU | memory | answer |")
    print("| --- | --- | --- | --- | --- |")
    for name, make in HOSTILE_CONVERTED.items():
        if chosen.only in name:
            print(f"| {name} | {' | '.join(measure(make(), [0.0, 0.0], [CONVERSION]))} |", flush=True)


def measure(data: bytes, highest: list[float], readers: Iterable[str] = READERS) -> list[str]:
    """The cells of a row. Raises the `highest` CPU time and memory."""
    cells = [f"{len(data) / 1e3:.0f}"]
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        for reader in readers:
            command = [sys.executable, "-m", "benchmarks.worst_pictures", "--one", reader, file.name]
            done = subprocess.run(command, check=True, capture_output=True)
            cpu_s, mib, answer = json.loads(done.stdout.splitlines()[-1])  # behind the lines of logs
            highest[:] = max(highest[0], cpu_s), max(highest[1], mib)
            cells += [f"{cpu_s:.2f} s", f"{mib:.0f} MiB", answer]
    return cells


def measure_here(read: Callable[[bytes], object], data: bytes) -> tuple[float, float, str]:
    """CPU seconds, MiB beyond the memory that the process had before, and what came of it."""
    read(as_png(write(SEVEN, 280, 280)))  # loads what is loaded once
    answers: list[str] = []
    cost = measure_cost(lambda: answers.append(find_answer(read, data)))
    return cost.cpu_s, cost.mib, answers[0]


def measure_conversion(data: bytes) -> tuple[float, float, str]:
    """The same of the process that converts the file, and of all that it needs."""
    try:
        convert(data)
        answer = "converted"
    except NotConvertedError as error:
        answer = str(error).partition(".")[0]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, answer


def find_answer(read: Callable[[bytes], object], data: bytes) -> str:
    """`read`, or the name of the error."""
    try:
        read(data)
    except DrawingError as error:
        return type(error).__name__
    return "read"


if __name__ == "__main__":
    main()
