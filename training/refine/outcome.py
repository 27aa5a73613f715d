"""How a refinement ended: what is printed, what the journal of the model says, and what the run's folder keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from shared.recognition.journal import JournalEntry, append_event, read_journal
from shared.recognition.model_version import Manifest
from training.evaluation.paired import Comparison
from training.publishing.version import Published
from training.refine.learned import Learned

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


def describe_published(published: Published[Manifest], learned: Learned) -> Outcome:
    """Return how the gate decided."""
    manifest = published.manifest
    if published.objections:
        message = f"{manifest.reference} was written but is not in use: {'; '.join(published.objections)}."
    else:
        message = f"{manifest.reference} is in use now."
    return Outcome(
        "held_back" if published.objections else "refined",
        message,
        manifest.version,
        published.comparisons,
        dict(learned),
    )


def write_journal(outcome: Outcome, models_dir: Path, model: str) -> None:
    """Write what was done into the journal of the model, with what each slice gained.

    The gate has already written whether a version went into use, so a version that exists was "refined". A run that
    was killed after this, and continued, writes nothing a second time.
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
    if outcome.ending != "nothing_to_learn" and is_written(outcome, details, read_journal(models_dir, model)):
        return
    append_event(models_dir, model, event, version=outcome.version, who=WHO, why=outcome.message, details=details)


def is_written(outcome: Outcome, details: Mapping[str, JsonValue], journal: Sequence[JournalEntry]) -> bool:
    """Return whether a refinement has written that already. The labels of one that ended are not new to the next."""
    own = [entry for entry in journal if entry.who == WHO]
    if outcome.version:
        return any(entry.version == outcome.version for entry in own)
    return bool(own) and (own[-1].event, own[-1].details) == (outcome.ending, details)
