"""What a run of `make refine` began with and how it ended: `results/refine-<model>-<n>/refinement.json`.

A run that was stopped is continued with the same labels and the same start. What the last run used tells the next one
which labels are new, also if its version did not go into use.
"""

from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.atomic_file import replacing
from training.errors import UnusableRunError
from training.run_folder import RunFolder

RECORD = "refinement.json"


class RunRecord(BaseModel):
    """`start`: the version that was in use. `until`: the time of the newest label, as in the manifest."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a later Slate may write more

    start: str
    until: str
    new: int  # labels


def write_record(run: RunFolder, record: RunRecord) -> None:
    """Write it in one atomic step."""
    with replacing(run.folder / RECORD) as temporary:
        temporary.write_text(record.model_dump_json(indent=2))


def forget_record(run: RunFolder) -> None:
    """Remove it."""
    (run.folder / RECORD).unlink(missing_ok=True)


def read_record(run: RunFolder) -> RunRecord | None:
    """Return what the run began with, or None if it did not begin to learn. UnusableRunError if the file is damaged."""
    path = run.folder / RECORD
    try:
        return RunRecord.model_validate_json(path.read_text()) if path.exists() else None
    except (OSError, ValidationError) as error:
        raise UnusableRunError(f"{path} is damaged: give --run another name to start again.") from error


def find_last(results_dir: Path, prefix: str, start: str) -> tuple[RunFolder, RunRecord] | None:
    """Return the newest finished run that began with that version, or None. Runs with a damaged record are left out."""
    finished = [run for path in results_dir.glob(f"{prefix}-*") if (run := RunFolder(path)).finished.exists()]
    same = []
    for run in finished:
        with suppress(UnusableRunError):
            if (record := read_record(run)) and record.start == start:
                same.append((run, record))
    return max(same, key=lambda entry: entry[1].until, default=None)
