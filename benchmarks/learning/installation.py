"""An installation of its own for one scenario: PostgreSQL, storage and inference over a new folder of models.

A model version comes in. People label drawings there, `python -m training.refine` learns from them, and the version in
use is measured, all over HTTP.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fairness.services import run_postgres, run_storage
from benchmarks.inference_service import running_inference
from benchmarks.learning.versions import Version
from shared.recognition.model_version import read_current

PATIENT = {"INFERENCE_MAX_WAIT_S": "30"}  # this benchmark measures answers, not latency


@dataclass(frozen=True)
class Installation:
    """The addresses of the services, and the folder of models that inference and the refinement share."""

    inference_url: str
    storage_url: str
    models_dir: Path
    model: str  # the name of the model that answers
    folder: Path  # for the files of the refinement

    @property
    def version(self) -> Version:
        """The version in use."""
        return Version(self.models_dir, self.model, read_current(self.models_dir, self.model))

    @property
    def reference(self) -> str:
        """`name/version` of the version in use."""
        return self.version.reference


@contextmanager
def run_installation(version: Version, folder: Path | None = None) -> Iterator[Installation]:
    """Start the services with this version in use. `folder` keeps the models and the files of the refinement."""
    with tempfile.TemporaryDirectory(prefix="slate-learning-") as temporary:
        place = folder or Path(temporary)
        used = version.copy_to(place / "models")
        settings = {"INFERENCE_MODELS_DIR": str(used.models_dir), "INFERENCE_DEFAULT_MODEL": used.name}
        with (
            run_postgres() as database_url,
            run_storage(database_url) as storage,
            running_inference(None, **settings, **PATIENT) as inference_url,
        ):
            yield Installation(inference_url, storage.url, used.models_dir, used.name, place)
