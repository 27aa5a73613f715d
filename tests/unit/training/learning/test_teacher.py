"""Versions that teach: one alone, or several whose mean answers."""

from pathlib import Path

import pytest
import torch

from shared.recognition.architectures import build_network
from shared.recognition.model_version import ModelVersionError, set_current
from shared.recognition.normalisation import Normalisation
from tests.unit.recognition.test_model_version import a_manifest
from tests.unit.training.toy_data import options
from training.publishing.folder import write_model_version
from training.options import Options
from training.learning.teacher import load_teacher, pin_versions

IMAGES = torch.arange(2 * 28 * 28).reshape(2, 28, 28) % 256


@pytest.fixture
def chosen(tmp_path: Path) -> Options:
    """Two versions of the CNN that answer differently."""
    for number in (1, 2):
        torch.manual_seed(number)
        manifest = a_manifest(f"2026-11-2{number}.1")
        write_model_version(tmp_path, manifest, build_network("cnn"), b"")
    return options(models_dir=tmp_path)


def test_of_several_teachers_the_mean_answers(chosen: Options) -> None:
    alone = [load_teacher(name, chosen).answer(IMAGES) for name in ("cnn/2026-11-21.1", "cnn/2026-11-22.1")]
    assert not torch.allclose(alone[0], alone[1], atol=1e-3)
    together = load_teacher("cnn/2026-11-21.1,cnn/2026-11-22.1", chosen).answer(IMAGES)
    torch.testing.assert_close(together, torch.stack(alone).mean(0))


def test_each_of_them_is_pinned(chosen: Options) -> None:
    set_current(chosen.models_dir, "cnn", "2026-11-22.1")
    named = chosen.model_copy(update={"teacher": "cnn/2026-11-21.1,cnn"})
    assert pin_versions(named).teacher == "cnn/2026-11-21.1,cnn/2026-11-22.1"
    with pytest.raises(ModelVersionError, match="nobody"):
        pin_versions(chosen.model_copy(update={"teacher": "cnn/2026-11-21.1,nobody"}))


def test_they_see_the_same_images(chosen: Options, tmp_path: Path) -> None:
    other = a_manifest("2026-11-23.1").model_copy(update={"normalisation": Normalisation(mean=0.5)})
    write_model_version(tmp_path, other, build_network("cnn"), b"")
    with pytest.raises(ModelVersionError, match="normalised"):
        load_teacher("cnn/2026-11-21.1,cnn/2026-11-23.1", chosen)
