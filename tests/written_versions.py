"""Writes model versions that are copies of a shipped one, for tests of what changes between them."""

import shutil
from pathlib import Path

from shared.recognition.model_version import CURRENT, MANIFEST, Manifest, find_manifest, set_current
from training.publishing.folder import hash_files

SHIPPED = Path(__file__).resolve().parents[1] / "models"


def write_copies(
    models_dir: Path, name: str, *versions: str, of: str = "mlp", objections: tuple[str, ...] = ()
) -> list[Manifest]:
    """Write the versions, each a copy of the current one of the shipped model `of`. Their objections are the same."""
    return [_write_copy(models_dir, name, version, of, objections) for version in versions]


def _write_copy(models_dir: Path, name: str, version: str, of: str, objections: tuple[str, ...]) -> Manifest:
    origin = find_manifest(SHIPPED, of)
    folder = models_dir / name / version
    shutil.copytree(SHIPPED / origin.reference, folder)
    changes = {"name": name, "version": version, "objections": list(objections), "files": hash_files(folder)}
    manifest = origin.model_copy(update=changes)
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    if not (models_dir / name / CURRENT).exists():
        set_current(models_dir, name, version)
    return manifest
