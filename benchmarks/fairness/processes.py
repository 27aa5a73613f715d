"""Runs callers, and watches the memory of a service, in processes of their own.

So the process that times the other callers does nothing else.
"""

import contextlib
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import psutil

from benchmarks.fairness.callers import Answers, Caller
from benchmarks.fairness.request import Address
from benchmarks.process_tree import list_processes

SAMPLE_S = 0.02  # seconds between two looks at the memory
LIST_S = 0.5  # seconds between two searches for new processes, which cost more
END_TIMEOUT_S = 10.0

PROCESSES = multiprocessing.get_context("forkserver")


@dataclass
class Loaded:
    """What the load got and what it cost, complete when the load has stopped."""

    answers: Answers = field(default_factory=Counter)
    peak_bytes: int = 0


@contextmanager
def run_callers(caller: Caller, addresses: Sequence[Address], service_pid: int) -> Iterator[Loaded]:
    """Runs one process of the caller for each address, and one that watches the memory of the service."""
    loaded = Loaded()
    with contextlib.ExitStack() as stack:
        stop_watching = stack.enter_context(watching_memory(service_pid))
        stops = [stack.enter_context(_counting(caller, address)) for address in addresses]
        yield loaded
        for stop in stops:
            loaded.answers += stop()
        loaded.peak_bytes = stop_watching()


@contextmanager
def watching_memory(pid: int) -> Iterator[Callable[[], int]]:
    """Watches the memory of a process and its descendants. The yielded function stops it → the peak in bytes."""
    with _started(_watch_memory, pid) as stop:
        yield lambda: int(stop())


@contextmanager
def _counting(caller: Caller, address: Address) -> Iterator[Callable[[], Answers]]:
    """Runs a caller. The yielded function stops it → its answers."""
    with _started(_count_answers, caller, address) as stop:
        yield lambda: Counter(stop())


@contextmanager
def _started(target: Callable[..., None], *arguments: object) -> Iterator[Callable[[], Any]]:
    """A process that runs `target(*arguments, pipe)`. The yielded function stops it → what it sent."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()

    def stop() -> Any:
        ours.send("stop")
        if not ours.poll(END_TIMEOUT_S):
            raise RuntimeError(f"{target.__name__} did not stop")
        return ours.recv()

    try:
        yield stop
    finally:
        process.kill()
        process.join()


def _count_answers(caller: Caller, address: Address, pipe: Connection) -> None:
    """Lets the caller call until `pipe` says stop, then sends the answers back. Runs in a process of its own."""
    answers: Answers = Counter()
    threading.Thread(target=caller.call, args=(address, answers), daemon=True).start()
    pipe.recv()
    pipe.send(Counter(answers))


def _watch_memory(pid: int, pipe: Connection) -> None:
    """Samples the memory of the process tree until `pipe` says stop, then sends the peak in bytes."""
    peak, processes, listed, is_over = 0, list[psutil.Process](), 0.0, False
    while not is_over:
        is_over = pipe.poll(SAMPLE_S)
        if time.monotonic() > listed + LIST_S:
            with contextlib.suppress(psutil.NoSuchProcess):
                processes, listed = list_processes(pid), time.monotonic()
        peak = max(peak, measure_resident_bytes(processes))
    pipe.send(peak)


def measure_resident_bytes(processes: Sequence[psutil.Process]) -> int:
    """Resident memory of all processes. Pages that two of them share count twice."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total
