"""The folder of a training run, `results/<run>/`: one folder per step, the plots, and the name of what was published.

Running the same recipe again continues the newest unfinished run of that recipe, or starts a new one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from training.errors import RunError
from training.learning.step_folder import StepFolder


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, in the folder `results/<run>`."""

    folder: Path

    @property
    def finished(self) -> Path:
        """Exists when all is done; holds "published as <name>/<version>" or "not published"."""
        return self.folder / "finished"

    @property
    def name(self) -> str:
        """What the option --run calls this run."""
        return self.folder.name

    def step(self, number: int) -> StepFolder:
        """Return the folder of a step; the first is number 1."""
        return StepFolder(self.folder / f"step-{number}")


def open_run(results_dir: Path, recipe_name: str, run: str | None = None) -> RunFolder:
    """Return the run of that name, or else the newest unfinished run of the recipe, or else a new one.

    RunError if the named run is finished, or if the name is not the name of a folder.
    """
    if run is None:
        return find_unfinished(results_dir, recipe_name)
    if Path(run).name != run or run in {".", ".."}:
        raise RunError(f"--run {run}: give the name of a folder under {results_dir}, without slashes.")
    named = RunFolder(results_dir / run)
    if named.finished.exists():
        raise RunError(f"{named.folder} is finished: {named.finished.read_text()}. Give --run another name.")
    return named


def find_unfinished(results_dir: Path, recipe_name: str) -> RunFolder:
    """Return `<recipe>-<n>`, where n is the highest number so far if that run is unfinished, and else the next."""
    pattern = re.compile(re.escape(recipe_name) + r"-(\d+)")
    matches = [match for path in results_dir.glob(f"{recipe_name}-*") if (match := pattern.fullmatch(path.name))]
    newest = max((int(match[1]) for match in matches), default=0)
    run = RunFolder(results_dir / f"{recipe_name}-{newest}")
    return run if newest and not run.finished.exists() else RunFolder(results_dir / f"{recipe_name}-{newest + 1}")
