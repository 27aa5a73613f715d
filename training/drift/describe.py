"""Adds the distributions of its validation data to the manifest of a version that was published without them.

Nothing else of the version changes: its other fields keep their values, and its weights and its graph are not touched.
"""

import json
from pathlib import Path

from shared.atomic_file import replacing
from shared.recognition.model_version import MANIFEST, Manifest, find_manifest, folder_of
from shared.recognition.weights import load_network
from training.data.mixture import check_mixture
from training.drift.validation import ValidationCounts, count_validation
from training.evaluation.measures import make_compute_logits
from training.options import TrainingOptions
from training.recipes.recipe import Settings

TRAINED_ON = ("dataset", "pictures")  # the settings that decide which validation data there are


def describe_version(reference: str, options: TrainingOptions) -> Manifest:
    """Count the validation data of `name` or `name/version` and return its new manifest.

    ModelVersionError if there is no such version; DataUnavailableError if validation data are missing.
    """
    manifest = find_manifest(options.models_dir, reference)
    settings = choose_settings(manifest)
    check_mixture(settings, options)
    compute_logits = make_compute_logits(load_network(options.models_dir, manifest), manifest.normalisation)
    distributions = count_validation(compute_logits, manifest.calibration, settings, options)
    path = folder_of(options.models_dir, manifest.name, manifest.version) / MANIFEST
    write_distributions(path, distributions)
    return find_manifest(options.models_dir, manifest.reference)


def choose_settings(manifest: Manifest) -> Settings:
    """Return the settings that name the datasets of the version's last training step; MNIST if it names none."""
    known = {name: manifest.recipe[name] for name in TRAINED_ON if name in manifest.recipe}
    if "dataset" in known:
        known["dataset"] = str(known["dataset"]).split(",")  # type: ignore[assignment]
    return Settings.model_validate(known)


def write_distributions(path: Path, distributions: ValidationCounts) -> None:
    """Put the distributions into a manifest.json, in one atomic step."""
    content = json.loads(path.read_text())
    content["distributions"] = distributions
    with replacing(path) as written:
        written.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        written.chmod(0o644)
