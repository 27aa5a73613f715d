"""Keeps a second nightly run away from the same models, also one in another container on the same volume."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from shared.recognition.model_version import check_name
from training.errors import RunError

LOCK = ".refine-nightly.lock"


@contextmanager
def only_one(models_dir: Path, name: str) -> Iterator[None]:
    """RunError if another process refines this model every night. A kill frees the lock."""
    folder = models_dir / check_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another process already refines {name} in {models_dir} every night.") from error
        yield
