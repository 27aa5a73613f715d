"""One model version in memory: images in, probabilities and digit scores out. `load_recogniser` reads its files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from services.inference.engines.choice import MakeEngine
from services.inference.engines.engine import Engine
from shared.recognition.augmented_views import average_doubtful_views
from shared.recognition.model_version import Manifest, ModelVersionError, folder_of, read_manifest
from shared.recognition.normalisation import SIDE, Images

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Recognitions:
    """The results for N images: `probabilities` (N, 10) float64, rows sum to 1, and `digit_scores` (N,) in 0..1."""

    probabilities: NDArray[np.float64]
    digit_scores: NDArray[np.float64]

    @property
    def digits(self) -> NDArray[np.intp]:
        """(N,): the most probable digit of each image."""
        return np.asarray(self.probabilities.argmax(axis=1))


class Recogniser:
    """An engine together with the calibration of its model version. Threads may use it at the same time."""

    def __init__(self, manifest: Manifest, engine: Engine) -> None:
        self.manifest = manifest
        self.engine = engine
        self.recognise(np.zeros((1, SIDE, SIDE), np.uint8))  # the first call is slow, so it must not be a request

    def recognise(self, images: Images, *, doubtful_again: bool = True) -> Recognitions:
        """(N, 28, 28) uint8 → N results. With `doubtful_again`, doubtful images get the mean logits of their views."""
        engine, calibration = self.engine, self.manifest.calibration
        logits = engine.compute_logits(images)
        if doubtful_again:
            logits = average_doubtful_views(engine.compute_exact_logits, images, logits, calibration)
        return Recognitions(calibration.probabilities(logits), calibration.digit_scores(logits))

    def compute_probabilities(self, images: Images) -> NDArray[np.float64]:
        """(N, 28, 28) uint8 → probabilities (N, 10) without augmented views. Faster, for comparing images."""
        return self.manifest.calibration.probabilities(self.engine.compute_logits(images))


def load_recogniser(models_dir: Path, reference: str, make_engine: MakeEngine) -> Recogniser:
    """Load `name/version`. ModelVersionError if a file of it is missing or broken."""
    name, _, version = reference.partition("/")
    manifest = read_manifest(models_dir, name, version)
    try:
        recogniser = Recogniser(manifest, make_engine(folder_of(models_dir, name, version), manifest))
    except ModelVersionError:
        raise
    except Exception as error:  # each engine library raises its own types for a broken file
        logger.warning("engine_failed", model_version=reference, reason=str(error))
        raise ModelVersionError(f"{reference} can't be loaded: its model file is missing or broken.") from error
    logger.info("model_loaded", model_version=reference, device=recogniser.engine.device)
    return recogniser
