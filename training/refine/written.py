"""Finds the version that a run has written, if the run was killed before it could say so, and brings it to its end.

The version may be in use already. It is not measured again, so there is no table of what got better.
"""

from pathlib import Path

from shared.recognition.journal import read_journal
from shared.recognition.model_version import Manifest, ModelVersionError, list_versions, read_manifest
from training.publishing.version import Published, promote_or_hold_back
from training.refine.learned import read_learned
from training.refine.outcome import Outcome, describe_published
from training.refine.settings import RECIPE
from training.run_folder import RunFolder


def find_written(run: RunFolder, models_dir: Path, model: str) -> Manifest | None:
    """Return the version that was refined with the settings and the data of the run, or None. UnusableRunError."""
    step = run.step(1)
    if not step.is_finished():
        return None
    settings = step.read_settings()
    data = settings.pop("data")
    del settings["start_share"]  # the version may have gone half of the way
    for version in [version for name, version in list_versions(models_dir) if name == model]:
        try:
            manifest = read_manifest(models_dir, model, version)
        except ModelVersionError:  # broken, so it is none that was just written
            continue
        if manifest.recipe_name == RECIPE and manifest.data == data and settings.items() <= manifest.recipe.items():
            return manifest
    return None


def end_written(written: Manifest, start: str, models_dir: Path) -> Outcome:
    """Put it in use or hold it back, if that was not done, and return how it ended. `start`: what was in use before."""
    known = [entry for entry in read_journal(models_dir, written.name) if entry.version == written.version]
    objections = [entry.why for entry in known if entry.event == "held_back"]
    if not objections and all(entry.event != "promoted" for entry in known):
        objections = promote_or_hold_back(models_dir, written, start.partition("/")[2])
    return describe_published(Published(written, objections), read_learned(written))
