"""The folder of a training run, `results/<run>/`: one folder per step, the plots, and the name of what was published.

Running the same recipe again continues the newest unfinished run of that recipe, or starts a new one.
"""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from shared.atomic_file import replacing
from training.errors import RunError
from training.file_lock import hold_alone
from training.learning.step_folder import StepFolder


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, in the folder `results/<run>`."""

    folder: Path

    @property
    def finished(self) -> Path:
        """Exists when all is done; holds "published as <name>/<version>" or "not published"."""
        return self.folder / "finished"

    def finish(self, how: str) -> None:
        """Write that all is done, in one atomic step."""
        with replacing(self.finished) as temporary:
            temporary.write_text(how)

    @property
    def versions(self) -> Path:
        """Which version each name in the recipe stood for when the run began."""
        return self.folder / "versions.json"

    def step(self, number: int) -> StepFolder:
        """Return the folder of a step; the first is number 1."""
        return StepFolder(self.folder / f"step-{number}")

    def lock(self) -> AbstractContextManager[None]:
        """Make the folder and keep other processes out of it. RunError if one is in it. A kill frees the folder."""
        refusal = f"Another process trains in {self.folder}: give --run a name for a second run."
        return hold_alone(self.folder / "lock", refusal)

    def read_versions(self) -> dict[str, str]:
        """Return name → "name/version", empty for a new run. RunError if the file is damaged."""
        try:
            return {str(name): str(pinned) for name, pinned in json.loads(self.versions.read_text()).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError) as error:
            raise RunError(f"{self.versions} is damaged: give --run another name to start again.") from error

    def write_versions(self, versions: Mapping[str, str]) -> None:
        """Write what `read_versions` returns, in one atomic step."""
        with replacing(self.versions) as temporary:
            temporary.write_text(json.dumps(dict(versions), indent=2))


def open_run(results_dir: Path, recipe_name: str, run: str | None = None) -> RunFolder:
    """Return the run of that name, or else the newest unfinished run of the recipe, or else a new one.

    RunError if the named run is finished, or if the name is not the name of a folder.
    """
    if run is None:
        return find_unfinished(results_dir, recipe_name)
    if not run or Path(run).name != run or run in {".", ".."}:
        raise RunError(f"--run {run}: give the name of a folder under {results_dir}, without slashes.")
    named = RunFolder(results_dir / run)
    if named.finished.exists():
        raise RunError(f"{named.folder} is finished: {named.finished.read_text()}. Give --run another name.")
    return named


def find_unfinished(results_dir: Path, recipe_name: str) -> RunFolder:
    """Return `<recipe>-<n>`, where n is the highest number so far if that run is unfinished, and else the next."""
    pattern = re.compile(re.escape(recipe_name) + r"-(\d+)")
    folders = results_dir.iterdir() if results_dir.exists() else ()
    matches = [match for path in folders if (match := pattern.fullmatch(path.name))]
    newest = max((int(match[1]) for match in matches), default=0)
    run = RunFolder(results_dir / f"{recipe_name}-{newest}")
    return run if newest and not run.finished.exists() else RunFolder(results_dir / f"{recipe_name}-{newest + 1}")
