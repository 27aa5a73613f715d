"""Trained versions that a step uses: pinned to a version, loaded to teach, loaded to start from."""

from pathlib import Path

import pytest
import torch

from shared.recognition.architectures import build_network
from shared.recognition.model_version import ModelVersionError, set_current
from shared.recognition.normalisation import Normalisation
from tests.unit.recognition.test_model_version import a_manifest
from tests.unit.training.toy_data import quick_settings
from training.errors import RunError
from training.learning.teacher import load_start, load_teacher, pin_versions
from training.publishing.folder import write_model_version

IMAGES = torch.arange(2 * 28 * 28).reshape(2, 28, 28) % 256


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Two versions of the CNN; the second is the current one."""
    for number in (1, 2):
        torch.manual_seed(number)
        write_model_version(tmp_path, a_manifest(f"2026-11-2{number}.1"), build_network("cnn"), b"")
    set_current(tmp_path, "cnn", "2026-11-22.1")
    return tmp_path


def test_a_teacher_is_the_version_that_is_named(models: Path) -> None:
    first, second, current = (
        load_teacher(name, models)(IMAGES) for name in ("cnn/2026-11-21.1", "cnn/2026-11-22.1", "cnn")
    )
    assert not torch.allclose(first, second, atol=1e-3)
    assert torch.equal(second, current)


def test_every_name_is_pinned_to_a_version(models: Path) -> None:
    named = quick_settings(
        dataset=["pen_strokes"], start_from="cnn", teacher="cnn/2026-11-21.1", label_filter="cnn", architecture="cnn"
    )
    pinned = pin_versions(named, models)
    assert (pinned.start_from, pinned.teacher) == ("cnn/2026-11-22.1", "cnn/2026-11-21.1")
    assert pinned.label_filter == "cnn/2026-11-22.1"
    with pytest.raises(ModelVersionError, match="nobody"):
        pin_versions(quick_settings(teacher="nobody"), models)


def test_versions_that_were_chosen_before_are_kept(models: Path) -> None:
    known = {"cnn": "cnn/2026-11-21.1"}
    assert pin_versions(quick_settings(teacher="cnn"), models, known).teacher == "cnn/2026-11-21.1"
    chosen: dict[str, str] = {}
    pin_versions(quick_settings(teacher="cnn"), models, chosen)
    assert chosen == {"cnn": "cnn/2026-11-22.1"}


def test_a_step_starts_only_from_weights_with_the_same_normalisation(models: Path) -> None:
    other = a_manifest("2026-11-23.1").model_copy(update={"normalisation": Normalisation(0.5, 0.5)})
    write_model_version(models, other, build_network("cnn"), b"")
    with pytest.raises(RunError, match="normalises its input in another way"):
        load_start(quick_settings(architecture="cnn", start_from=other.reference), models)


def test_the_start_as_label_filter_is_not_a_version(models: Path) -> None:
    settings = quick_settings(dataset=["pen_strokes"], label_filter="start")
    assert pin_versions(settings, models) == settings


def test_a_step_starts_only_from_its_own_architecture(models: Path) -> None:
    assert load_start(quick_settings(), models) is None
    assert load_start(quick_settings(architecture="cnn", start_from="cnn"), models)
    with pytest.raises(RunError, match="a lenet5 cannot start from it"):
        load_start(quick_settings(architecture="lenet5", start_from="cnn"), models)
