"""Looks at the memory and the open files of every process of the stack again and again. Linux only.

Memory is what a process has for itself (anonymous pages, in proportion where processes share them). Pages of files are
left out: how many of them count for a process depends on what else runs on the machine. Open files are counted without
the connections, whose number depends on how many requests the load has under way.
"""

import contextlib
import csv
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import psutil

SAMPLE_S = 10.0
PARTS = {"services.inference": "inference", "services.storage": "storage", "services.frontend": "frontend"}


@dataclass(frozen=True)
class Sample:
    """One part of the stack (`inference`, `inference: child`, …) at one moment, all its processes together.

    `life` is the id of the process that the supervisor started, which changes when it is started anew.
    """

    seconds: float
    part: str
    life: int
    processes: int
    anonymous_kb: int
    pss_kb: int
    files: int  # open files, and sockets but for the connections
    connections: int  # established ones: the other end is there


COUNTS = ("life", "processes", "anonymous_kb", "pss_kb", "files", "connections")


class Sampler(threading.Thread):
    """Samples a process tree until it is stopped, and writes the samples into a CSV file, too."""

    def __init__(self, root: int, began: float, file: Path) -> None:
        super().__init__(daemon=True)
        self.samples: list[Sample] = []
        self.loads: list[float] = []  # of the machine, over a minute: how many threads wanted a processor
        self._root, self._began, self._file = root, began, file
        self._stopping = threading.Event()

    def run(self) -> None:
        """Sample every SAMPLE_S seconds."""
        with self._file.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([field.name for field in fields(Sample)])
            while not self._stopping.wait(SAMPLE_S):
                taken = list(take(self._root, time.monotonic() - self._began))
                self.samples += taken
                self.loads.append(os.getloadavg()[0])
                writer.writerows(astuple(sample) for sample in taken)
                file.flush()

    def stop(self) -> list[Sample]:
        """End the thread → all samples."""
        self._stopping.set()
        self.join()
        return self.samples


def take(root: int, seconds: float) -> Iterator[Sample]:
    """Sample every part of the stack once. A process that ends meanwhile is left out."""
    supervisor = psutil.Process(root)
    yield from _sample(seconds, "supervisor", root, [supervisor])
    for tether in supervisor.children():
        with contextlib.suppress(psutil.Error):
            for main in tether.children():
                part = _name(main)
                children = main.children(recursive=True)
                if part == "postgres":
                    processes = [main, *children]
                    yield from (_share(one, len(processes)) for one in _sample(seconds, part, main.pid, processes))
                    continue
                yield from _sample(seconds, part, main.pid, [main])
                yield from _sample(seconds, f"{part}: children", main.pid, children)


def _share(sample: Sample, processes: int) -> Sample:
    """The mean of one process. PostgreSQL has one for each connection, and their number changes all the time."""
    part = f"{sample.part}: mean of its processes"
    return replace(
        sample,
        part=part,
        anonymous_kb=sample.anonymous_kb // processes,
        pss_kb=sample.pss_kb // processes,
        files=sample.files // processes,
        connections=sample.connections // processes,
    )


def _name(process: psutil.Process) -> str:
    line = process.cmdline()
    return next((part for module, part in PARTS.items() if module in line), "postgres")


def _sample(seconds: float, part: str, life: int, processes: list[psutil.Process]) -> Iterator[Sample]:
    anonymous = pss = files = connections = 0
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            memory = _read_memory(process.pid)
            established = _count_connections(process)
            anonymous, pss = anonymous + memory["Pss_Anon"], pss + memory["Pss"]
            files, connections = files + process.num_fds() - established, connections + established
    if pss:
        yield Sample(round(seconds, 1), part, life, len(processes), anonymous, pss, files, connections)


def _count_connections(process: psutil.Process) -> int:
    return sum(one.status == psutil.CONN_ESTABLISHED for one in process.net_connections("inet"))


def _read_memory(pid: int) -> dict[str, int]:
    """Return the sums over all mappings of a process, in kB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}


def read_samples(file: Path) -> list[Sample]:
    """Read the samples that a soak has written."""
    with file.open(newline="") as lines:
        return [
            Sample(float(row["seconds"]), row["part"], *(int(row[name]) for name in COUNTS))
            for row in csv.DictReader(lines)
        ]
