"""The model versions in `models/`: found by name, loaded when first asked for, a few kept in memory.

`current` is read on every request, so that a newly published version is taken up without a restart.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path

import structlog
import torch

from services.inference.recogniser import Recogniser
from shared.contracts.inference import ModelDescription, ModelList
from shared.contracts.message import ModelVersion
from shared.recognition.architectures import build_network, count_parameters
from shared.recognition.model_version import (
    Manifest,
    ModelVersionError,
    list_versions,
    read_current,
    read_manifest,
    resolve_reference,
)

logger = structlog.get_logger(__name__)


class Catalog:
    """Gives the recogniser for a reference. Called from worker threads; loading one blocks only who asked for it."""

    def __init__(self, models_dir: Path, default_model: str, device: torch.device, max_loaded: int) -> None:
        self._models_dir = models_dir
        self._default_model = default_model
        self._device = device
        self._max_loaded = max_loaded
        self._loaded: OrderedDict[str, Future[Recogniser]] = OrderedDict()  # least recently used first
        self._lock = threading.Lock()

    def get(self, reference: str | None = None) -> Recogniser:
        """«name» is its current version, «name/version» that one, None the default. ModelVersionError."""
        version = self._resolve(reference or self._default_model)
        with self._lock:
            known = self._loaded.get(str(version))
            recogniser = known or self._loaded.setdefault(str(version), Future())
            self._loaded.move_to_end(str(version))
        if known is None:
            self._load(version, recogniser)
        return recogniser.result()

    def describe(self) -> ModelList:
        """Every version with a readable manifest. ModelVersionError where there is no default."""
        default = self._resolve(self._default_model)
        described = []
        for name, version in list_versions(self._models_dir):
            try:
                manifest = read_manifest(self._models_dir, name, version)
                current = read_current(self._models_dir, name) == version
                described.append(_describe(manifest, current=current))
            except (ModelVersionError, KeyError) as error:
                logger.warning("model_version_refused", model=f"{name}/{version}", reason=str(error))
        return ModelList(default=default, models=described)

    def _resolve(self, reference: str) -> ModelVersion:
        name, version = resolve_reference(self._models_dir, reference)
        return ModelVersion(name=name, version=version)

    def _load(self, version: ModelVersion, into: Future[Recogniser]) -> None:
        """Loads for all who wait for `into`; one that can't be loaded is tried anew by the next who asks."""
        try:
            manifest = read_manifest(self._models_dir, version.name, version.version)
            into.set_result(Recogniser(self._models_dir, manifest, self._device))
        except Exception as error:  # noqa: BLE001  it is handed to everyone who waits
            with self._lock:
                self._loaded.pop(str(version), None)
            into.set_exception(error)
            return
        logger.info("model_loaded", model_version=str(version), device=str(self._device))
        with self._lock:
            while len(self._loaded) > self._max_loaded:
                dropped, _ = self._loaded.popitem(last=False)
                logger.info("model_dropped", model_version=dropped)


def _describe(manifest: Manifest, *, current: bool) -> ModelDescription:
    with torch.device("meta"):  # counted without making the weights
        parameters = count_parameters(build_network(manifest.architecture))
    return ModelDescription(
        name=manifest.name,
        version=manifest.version,
        current=current,
        architecture=manifest.architecture,
        parameters=parameters,
        digit_score_threshold=manifest.calibration.digit_score_threshold,
        metrics=manifest.metrics,
    )
