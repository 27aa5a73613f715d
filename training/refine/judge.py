"""Chooses and loads the version that judges labels: one that has not learned from them.

A version that was refined with a wrong label may have learned it, and would no longer doubt it. So the judge is the
version from before the first refinement, as long as it is on disk. Labels that come in slowly are therefore all judged
alike. What it does not know of people's hands, the probe adds (`probe.py`).
"""

import logging
from pathlib import Path

from shared.recognition.model_version import Manifest, ModelVersionError, find_manifest
from shared.recognition.weights import load_network
from training.refine.probe import Judge

log = logging.getLogger(__name__)

LEARNED = "labelled_drawings"  # the dataset, in the settings of every version that learned from people


def load_judge(models_dir: Path, current: Manifest) -> Judge:
    """Load the judge for a refinement of that version. ModelVersionError if its weights cannot be read."""
    manifest = find_judge(models_dir, current)
    if manifest != current:
        log.info("labels are judged by %s, which has not learned from them", manifest.reference)
    return Judge(load_network(models_dir, manifest).eval(), manifest.normalisation, manifest.calibration)


def find_judge(models_dir: Path, current: Manifest) -> Manifest:
    """Return the newest version that it started from and that has not learned from people; else the oldest on disk."""
    seen = {current.reference}
    while LEARNED in str(current.recipe.get("dataset", "")).split(","):
        start = str(current.recipe.get("start_from", ""))
        if start in seen:
            break
        seen.add(start)
        try:
            current = find_manifest(models_dir, start)
        except ModelVersionError:
            break
    return current
