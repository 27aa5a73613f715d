"""Keeps a second nightly run away from the same models."""

from contextlib import AbstractContextManager
from pathlib import Path

from shared.recognition.model_version import check_name
from training.file_lock import hold_alone

LOCK = ".refine-nightly.lock"


def only_one(models_dir: Path, name: str) -> AbstractContextManager[None]:
    """RunError if another process refines this model every night. A kill frees the lock."""
    refusal = f"Another process already refines {name} in {models_dir} every night."
    return hold_alone(models_dir / check_name(name) / LOCK, refusal)
