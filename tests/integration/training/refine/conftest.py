"""The world of `world.py`, made once for the tests of a module; each test gets its own copy of the models."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.training.refine.world import write_world
from tests.integration.training.test_labelled_drawings import storage_url as storage_url
from training.refine.options import Options


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Options]:
    """Train the version in use. The files of MNIST stay as small until the module ends."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield write_world(tmp_path_factory.mktemp("world"), monkeypatch)


@pytest.fixture
def options(world: Options, tmp_path: Path) -> Options:
    """Return the options of a refinement that writes into the test's own folder."""
    shutil.copytree(world.models_dir, tmp_path / "models")
    return world.model_copy(update={"models_dir": tmp_path / "models", "results_dir": tmp_path / "results"})
