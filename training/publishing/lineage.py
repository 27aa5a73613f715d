"""Collects the lineage of a new version: every earlier training step that its weights depend on.

A version depends on the steps before its last one, on the version it started from, on its teacher, and on the version
that filtered its labels. Their own lineages are included, so that every version can be trained again from nothing,
even when a version it depends on is gone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.recognition.model_version import TrainingStep, VersionManifest, find_any_manifest
from training.recipes.recipe import ROLES, START


def describe_lineage(steps: Sequence[TrainingStep], models_dir: Path) -> list[TrainingStep]:
    """Return all steps that the last one depends on, oldest first. `steps` are those of one recipe, in order.

    ModelVersionError if a named version is missing.
    """
    lineage: list[TrainingStep] = []
    own = {step.trained for step in steps}
    for step in steps:
        for reference in named_versions(step.settings):
            if reference in own:
                continue  # a later step starts from the step before it
            steps_of_it = list_steps(find_any_manifest(models_dir, reference))
            lineage += [known for known in steps_of_it if known not in lineage]
        if step is not steps[-1]:
            lineage.append(step)
    return lineage


def list_steps(manifest: VersionManifest) -> list[TrainingStep]:
    """Return all steps that a version depends on, oldest first, and then its own last one."""
    last = TrainingStep(trained=manifest.reference, settings=manifest.recipe, data=manifest.data)
    return [*manifest.lineage, last]


def list_datasets(lineage: Sequence[TrainingStep]) -> set[str]:
    """Return the datasets of all steps of a lineage."""
    return {name for step in lineage for name in str(step.settings.get("dataset", "")).split(",") if name}


def named_versions(settings: Mapping[str, object]) -> list[str]:
    """Return the versions, and the step before, that the settings of a step name."""
    named = [str(settings[role]) for role in ROLES if role in settings]
    return [reference for reference in named if reference != START]
