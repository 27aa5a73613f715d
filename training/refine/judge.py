"""Chooses and loads the version that judges labels: one that has not learned from them.

A version that was refined with a wrong label may have learned it, and would no longer doubt it. So the judge is the
version from before the first refinement, as long as it is on disk. Labels that come in slowly are therefore all judged
alike. What it does not know of people's hands, the probe adds (`probe.py`).
"""

import logging
from pathlib import Path

from shared.recognition.model_version import Manifest, ModelVersionError, find_manifest
from shared.recognition.weights import load_network
from training.publishing.lineage import list_datasets, list_steps
from training.refine.probe import Judge
from training.refine.settings import LABELS

log = logging.getLogger(__name__)


def load_judge(models_dir: Path, current: Manifest) -> Judge:
    """Load the judge for a refinement of that version. ModelVersionError if its weights cannot be read."""
    manifest = find_judge(models_dir, current)
    if manifest != current:
        log.info("labels are judged by %s, which has not learned from them", manifest.reference)
    return Judge(load_network(models_dir, manifest).eval(), manifest.normalisation, manifest.calibration)


def find_judge(models_dir: Path, current: Manifest) -> Manifest:
    """Return the newest version in its lineage that has not learned from people, of the same model if possible.

    If none of them is on disk any more, the version itself judges.
    """
    if not has_learned(current):
        return current
    prefix = f"{current.name}/"
    newest_first = current.lineage[::-1]
    for step in sorted(newest_first, key=lambda step: not step.trained.startswith(prefix)):
        try:
            earlier = find_manifest(models_dir, step.trained)
        except ModelVersionError:  # removed, or the step of a recipe, which was not published
            continue
        if not has_learned(earlier):
            return earlier
    return current


def has_learned(manifest: Manifest) -> bool:
    """Return whether people's labels are in the version or in one that it depends on."""
    return LABELS in list_datasets(list_steps(manifest))
