"""The faults, and in which minute each of them comes.

In the first third of the run services are killed. Then they live, under the other faults, so that the growth of their
memory can be seen. In the last minutes they are killed once more.
"""

import contextlib
import itertools
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.learning.versions import Version
from shared.recognition.model_version import folder_of, list_versions, read_current, set_current
from shared.recognition.promotion import promote
from tests.e2e.stack import Stack
from tests.faults.linked_stack import Links

MODEL = "cnn"
LAST_MINUTES = 3  # with kills again
SLOW_CALLERS, SLOW_BYTE_S = 100, 0.5


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong for `seconds`. Entering its context causes it and leaving the context ends it."""

    name: str
    seconds: float
    cause: Callable[[], AbstractContextManager[object]]

    def happen(self) -> None:
        """Cause it, wait and end it."""
        with self.cause():
            time.sleep(self.seconds)


@dataclass(frozen=True)
class Places:
    """Where the faults are caused."""

    stack: Stack
    links: Links
    models_dir: Path


def schedule(places: Places, minutes: int) -> list[Fault]:
    """One fault for each minute."""
    killing, living = itertools.cycle(list_kills(places)), itertools.cycle(list_others(places))
    return [
        next(killing if minute < minutes / 3 or minute >= minutes - LAST_MINUTES else living)
        for minute in range(minutes)
    ]


def list_kills(places: Places) -> list[Fault]:
    """Faults that end a process. The supervisor starts it again."""
    services = ("inference", "storage", "postgres", "frontend")
    kills = [Fault(f"`kill -9` {name}", 0, lambda name=name: killed(places.stack, name)) for name in services]  # type: ignore[misc]
    return [*kills, Fault("`kill -9` the worker of inference's long lane", 0, lambda: killed_worker(places.stack))]


def list_others(places: Places) -> list[Fault]:
    """Faults that all processes live through."""
    stack, links = places.stack, places.links
    return [
        Fault("inference stopped (SIGSTOP)", 5, lambda: stack.stopped("inference")),
        Fault("storage stopped (SIGSTOP)", 15, lambda: stack.stopped("storage")),
        Fault("another version of the model put in use", 5, lambda: swapped(places.models_dir)),
        Fault("PostgreSQL stopped (SIGSTOP)", 15, lambda: stack.stopped("postgres")),
        Fault("frontend stopped (SIGSTOP)", 10, lambda: stack.stopped("frontend")),
        Fault("network cut: storage, PostgreSQL", 20, links.postgres.cut),
        Fault("100 slow callers of inference and storage", 20, lambda: slow_callers(stack)),
        Fault("network cut: frontend, storage", 20, links.storage.cut),
        Fault("a corrupted version put in use", 15, lambda: corrupted(places.models_dir)),
        Fault("network silent: storage, PostgreSQL", 20, links.postgres.silent),
        Fault("network cut: frontend, inference", 20, links.inference.cut),
        Fault("network slow by 200 ms: storage, PostgreSQL", 20, lambda: links.postgres.slow(0.2)),
        Fault("network silent: frontend, storage", 20, links.storage.silent),
    ]


@contextlib.contextmanager
def killed(stack: Stack, service: str) -> Iterator[None]:
    """Kill the process. Killing the postmaster leaves its children, which its tether ends."""
    stack.kill(service)
    yield


@contextlib.contextmanager
def killed_worker(stack: Stack) -> Iterator[None]:
    """Kill the process that reads pages and large pictures."""
    pid = stack.pid_of("inference")
    for child in psutil.Process(pid).children() if pid is not None else ():
        if any("spawn_main" in part for part in child.cmdline()):
            child.send_signal(signal.SIGKILL)
    yield


@contextlib.contextmanager
def swapped(models_dir: Path) -> Iterator[None]:
    """Put the other of two versions in use, as a curator does. The second one is a copy of the first.

    There are two only, because each version that was in use stays in memory up to INFERENCE_MEMORY_BUDGET_MB.
    """
    current = Version(models_dir, MODEL, read_current(models_dir, MODEL))
    others = [version for name, version in list_versions(models_dir) if name == MODEL and version != current.version]
    other = others[0] if others else current.copy_to(models_dir, f"{current.version}0").version
    promote(models_dir, MODEL, other, who="soak", why="the soak swaps versions")
    yield


@contextlib.contextmanager
def corrupted(models_dir: Path) -> Iterator[None]:
    """Let the pointer name a version whose weights are cut off, and bring it back at the end."""
    current = read_current(models_dir, MODEL)
    broken = Version(models_dir, MODEL, current).copy_to(models_dir, "2000-01-01.1")
    folder = folder_of(models_dir, MODEL, broken.version)
    for file in folder.iterdir():
        if file.suffix != ".json":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    set_current(models_dir, MODEL, broken.version)
    try:
        yield
    finally:
        set_current(models_dir, MODEL, current)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@contextlib.contextmanager
def slow_callers(stack: Stack) -> Iterator[None]:
    """Connections that promise a body and send a byte now and then; half of them go away without a word."""
    ports: Sequence[int] = [stack.ports["inference"], stack.ports["storage"]]
    head = b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nContent-Length: 60000\r\n\r\n"
    open_sockets = []
    try:
        for number in range(SLOW_CALLERS):
            one = socket.create_connection(("127.0.0.1", ports[number % 2]), 5)
            one.sendall(head)
            open_sockets.append(one)
        _trickle(open_sockets[: SLOW_CALLERS // 2], until=time.monotonic() + 15)
        yield
    finally:
        for one in open_sockets:
            one.close()


def _trickle(sockets: Sequence[socket.socket], until: float) -> None:
    while time.monotonic() < until:
        for one in sockets:
            with contextlib.suppress(OSError):  # the service has had enough of it
                one.sendall(b"x")
        time.sleep(SLOW_BYTE_S)
