"""Writes a model version to disk: weights, graph and manifest, all of them or nothing.

The manifest gets the hashes of the two files, so that a copy that was damaged on its way is found before it answers.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from torch import nn

from shared.recognition.model_version import GRAPH, MANIFEST, WEIGHTS, ModelVersionError, VersionManifest, folder_of
from shared.recognition.weights import save_weights

WRITING = ".writing-"  # how the name of a folder begins while a version is written; a kill leaves it

M = TypeVar("M", bound=VersionManifest)


def write_model_version(models_dir: Path, manifest: M, network: nn.Module, graph: bytes) -> M:
    """Write a new version and return its manifest, with the hashes of its files. `graph` is an ONNX file.

    FileExistsError if the version exists, because versions are never rewritten. ModelVersionError if a name is invalid
    or the manifest could not be read back.
    """
    target = folder_of(models_dir, manifest.name, manifest.version)
    try:
        type(manifest).model_validate_json(manifest.model_dump_json())
    except ValidationError as error:
        raise ModelVersionError(f"The manifest of {manifest.reference} would be malformed: {error}") from error
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=WRITING, dir=target.parent))
    try:
        save_weights(network, folder / WEIGHTS)
        (folder / GRAPH).write_bytes(graph)
        whole = manifest.model_copy(update={"files": hash_files(folder)})
        (folder / MANIFEST).write_text(whole.model_dump_json(indent=2) + "\n")
        folder.chmod(0o755)  # readable for the service, whatever the umask of the user who trained it
        for file in folder.iterdir():
            file.chmod(0o644)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return whole


def hash_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the weights and of the graph. OSError if one of them is missing."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (WEIGHTS, GRAPH)}
