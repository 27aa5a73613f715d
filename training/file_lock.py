"""Keeps other processes away from what a file stands for, also those in another container on the same volume."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from training.errors import RunError


@contextmanager
def hold_alone(path: Path, refusal: str) -> Iterator[None]:
    """Make the file and hold its lock, which a kill frees. RunError(refusal) if another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise RunError(refusal) from error
        yield
