"""Keeps a second refinement, and a second nightly run, away from the same model."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from shared.recognition.model_version import check_name
from training.errors import RunError
from training.file_lock import hold_alone

NIGHTLY_LOCK = ".refine-nightly.lock"
REFINE_LOCK = ".refine.lock"


def only_one(models_dir: Path, name: str) -> AbstractContextManager[None]:
    """RunError if another process refines this model every night. A kill frees the lock."""
    refusal = f"Another process already refines {name} in {models_dir} every night."
    return hold_alone(models_dir / check_name(name) / NIGHTLY_LOCK, refusal)


@contextmanager
def refine_alone(models_dir: Path, name: str) -> Iterator[None]:
    """RunError if another process refines this model now, or if its folder cannot be written. A kill frees the lock."""
    folder = models_dir / check_name(name)
    with ExitStack() as held:
        try:
            refusal = f"Another process refines {name} in {models_dir}: wait until it has ended."
            held.enter_context(hold_alone(folder / REFINE_LOCK, refusal))
        except OSError as error:
            raise RunError(f"{folder} can't be written ({error.strerror}), so nothing was learned.") from error
        yield
