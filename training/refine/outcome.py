"""How a refinement ended: what is printed, what the journal of the model says, and what the run's folder keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from shared.recognition.journal import append_event
from training.evaluation.paired import Comparison

WHO = "make refine"

Ending = Literal["refined", "held_back", "nothing_to_learn"]


@dataclass(frozen=True)
class Outcome:
    """`message` says in a sentence what was done, or why not. `version` is empty if none was written."""

    ending: Ending
    message: str
    version: str = ""
    comparisons: Sequence[Comparison] = ()
    details: Mapping[str, JsonValue] = field(default_factory=dict)


def write_journal(outcome: Outcome, models_dir: Path, model: str) -> None:
    """Write what was done into the journal of the model, with what each slice gained.

    The gate has already written whether a version went into use, so a version that exists was "refined".
    """
    slices: list[JsonValue] = [
        {
            "slice": part.name,
            "examples": len(part.before),
            "before": float(part.before.mean()),
            "after": float(part.after.mean()),
            "change": part.change,
        }
        for part in outcome.comparisons
    ]
    details = {**outcome.details, **({"slices": slices} if slices else {})}
    event: Ending = "refined" if outcome.version else outcome.ending
    append_event(models_dir, model, event, version=outcome.version, who=WHO, why=outcome.message, details=details)
