"""A shipped version that judges labels. It has never seen the drawings of these tests."""

from pathlib import Path

import pytest

from shared.recognition.model_version import find_manifest
from training.refine.judge import load_judge
from training.refine.probe import Judge

MODELS = Path(__file__).parents[4] / "models"


@pytest.fixture(scope="session")
def judge() -> Judge:
    return load_judge(MODELS, find_manifest(MODELS, "mlp"))
