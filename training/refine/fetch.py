"""The labelled drawings of a run, which are kept while the run learns, so that a continued run learns from the same.

People may delete their drawings. So no copy outlives its run, nor a week.
"""

import time
from pathlib import Path

from shared.atomic_file import writing_path
from training.data.people_drawings import PeopleDrawings, load_drawings, save_drawings
from training.run_folder import RunFolder

FROZEN = "labelled_drawings.npz"
LONGEST_S = 7 * 24 * 3600.0  # a run usually takes a quarter of an hour


def freeze_drawings(run: RunFolder, drawings: PeopleDrawings) -> None:
    """Keep the drawings in the run's folder."""
    save_drawings(drawings, run.folder / FROZEN)


def load_frozen(run: RunFolder) -> PeopleDrawings:
    """Return what was kept. UnusableRunError if it is missing or damaged."""
    return load_drawings(run.folder / FROZEN)


def forget_drawings(run: RunFolder) -> None:
    """Remove the copy, also half of one."""
    frozen = run.folder / FROZEN
    for path in (frozen, writing_path(frozen)):
        path.unlink(missing_ok=True)


def forget_old(results_dir: Path) -> None:
    """Remove the drawings of every run that has ended or is a week old, also of one that was killed."""
    for frozen in results_dir.glob(f"*/{Path(FROZEN).stem}.*"):
        run = RunFolder(frozen.parent)
        if run.finished.exists() or time.time() - frozen.stat().st_mtime > LONGEST_S:
            forget_drawings(run)
