"""Reads the labelled drawings once for each run, so that a continued run learns from the same ones."""

from pathlib import Path

from training.data.people_drawings import PeopleDrawings, fetch_drawings, load_drawings, save_drawings
from training.run_folder import RunFolder

FROZEN = "labelled_drawings.npz"


def freeze_drawings(folder: Path, storage_url: str, token: str) -> PeopleDrawings:
    """Return the drawings in the run's folder; the first call reads them from storage. DataUnavailableError."""
    frozen = folder / FROZEN
    if not frozen.exists():
        folder.mkdir(parents=True, exist_ok=True)
        save_drawings(fetch_drawings(storage_url, token), frozen)
    return load_drawings(frozen)


def forget_ended(results_dir: Path) -> None:
    """Remove the drawings of every run that has ended, also of one that was given up, or killed at its end.

    People may delete their drawings, and no copy outlives a run.
    """
    for frozen in results_dir.glob(f"*/{FROZEN}"):
        if RunFolder(frozen.parent).finished.exists():
            frozen.unlink(missing_ok=True)
