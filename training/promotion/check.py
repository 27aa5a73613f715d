"""Checks the files of a version before it is put in use: present, as they were written, and answering alike."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.recognition.model_version import (
    GRAPH,
    READER,
    Manifest,
    ModelVersionError,
    VersionManifest,
    find_any_manifest,
    folder_of,
    read_manifest,
)
from shared.recognition.normalisation import SIDE
from shared.recognition.page.maps import MULTIPLE
from shared.recognition.weights import load_network
from training.evaluation.measures import make_compute_logits
from training.publishing.folder import hash_files
from training.publishing.graph import check_graph
from training.reader.graph import check_reader_graph
from training.reader.reading import make_compute_maps

PAGE_SIDE = 16 * MULTIPLE


def check_version(models_dir: Path, name: str, version: str) -> VersionManifest:
    """Return its manifest. ModelVersionError if a file is missing, was changed, or does not load.

    The graph, which serves, must answer as the network does. Older versions have no hashes to compare.
    """
    manifest = find_any_manifest(models_dir, f"{name}/{version}")
    folder = folder_of(models_dir, name, version)
    try:
        found, graph = hash_files(folder), (folder / GRAPH).read_bytes()
    except OSError as error:
        raise ModelVersionError(f"{manifest.reference}: {Path(error.filename).name} is missing.") from error
    changed = [file for file, digest in manifest.files.items() if found.get(file) != digest]
    if changed:
        raise ModelVersionError(f"{manifest.reference}: {', '.join(changed)} is not as it was published.")
    try:
        _check_answers(models_dir, manifest, graph)
    except RuntimeError as error:  # OpenVINO raises it for a file that is no graph
        raise ModelVersionError(f"{manifest.reference}: {GRAPH} is broken.") from error
    return manifest


def _check_answers(models_dir: Path, manifest: VersionManifest, graph: bytes) -> None:
    network = load_network(models_dir, manifest)
    if manifest.name == READER:
        check_reader_graph(graph, make_compute_maps(network), [_draw_bar(PAGE_SIDE, paper=255)])
        return
    reads_images: Manifest = read_manifest(models_dir, manifest.name, manifest.version)
    images = np.stack([_draw_bar(SIDE, paper=0), _draw_bar(SIDE, paper=0).T])
    logits = make_compute_logits(network, manifest.normalisation)(images)
    check_graph(graph, logits, images, reads_images.calibration)


def _draw_bar(side: int, *, paper: int) -> NDArray[np.uint8]:
    """(side, side): an upright bar of ink on paper."""
    picture = np.full((side, side), paper, np.uint8)
    picture[side // 6 : -side // 6, side // 2 - side // 14 : side // 2 + side // 14] = 255 - paper
    return picture
