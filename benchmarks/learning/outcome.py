"""What a part of the benchmark measured: rows of the table and points of the plot, kept as JSON for the next run."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, Field

from shared.atomic_file import replacing

Row = tuple[str, str, str]  # what, must, measured


class Outcome(BaseModel):
    """`points` are what the plot draws: name → numbers. `names` say what they belong to, where they have names."""

    rows: list[Row]
    points: dict[str, list[float]] = Field(default_factory=dict)
    names: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    minutes: float = 0.0
    measured_on: date = Field(default_factory=date.today)


def write_outcome(folder: Path, part: str, outcome: Outcome) -> None:
    """Keep it."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{part}.json") as temporary:
        temporary.write_text(outcome.model_dump_json(indent=2))


def remember(folder: Path, step: str, measure: Callable[[], Outcome]) -> Outcome:
    """Return what a step of a part gave in a run that was stopped, or measure it and keep it for such a case."""
    kept = read_outcomes(folder, [step])
    if step not in kept:
        kept[step] = measure()
        write_outcome(folder, step, kept[step])
    return kept[step]


def forget_steps(folder: Path, part: str) -> None:
    """Remove what the steps of a part gave, once the part is whole. Their names begin with that of the part."""
    for file in folder.glob(f"{part}-*.json"):
        file.unlink()


def read_unfinished(folder: Path, part: str) -> Outcome | None:
    """Return what the steps of a part gave that was stopped, with a row that says so. None if there are no steps."""
    steps = [Outcome.model_validate_json(file.read_text()) for file in sorted(folder.glob(f"{part}-*.json"))]
    if not steps:
        return None
    rest = ("the rest of this part is not measured yet", "", f"`--only {part}` continues it")
    return Outcome(rows=[*join(steps).rows, rest], measured_on=max(step.measured_on for step in steps))


def join(outcomes: Sequence[Outcome]) -> Outcome:
    """Return all rows and names, and all points under their keys."""
    keys = dict.fromkeys(key for outcome in outcomes for key in outcome.points)
    return Outcome(
        rows=[row for outcome in outcomes for row in outcome.rows],
        points={key: [value for one in outcomes for value in one.points.get(key, [])] for key in keys},
        names=[name for outcome in outcomes for name in outcome.names],
    )


def read_outcomes(folder: Path, parts: Sequence[str]) -> dict[str, Outcome]:
    """Return part → what was measured last, of the parts that were measured."""
    files = {part: folder / f"{part}.json" for part in parts}
    return {part: Outcome.model_validate_json(file.read_text()) for part, file in files.items() if file.exists()}
