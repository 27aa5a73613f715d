"""The first versions: their recipes are valid, a finished one is not trained again, and a version is copied whole."""

from pathlib import Path

import pytest

from benchmarks.learning.versions import EPOCHS, Trainer, Version, without_data_files
from shared.recognition.model_version import list_versions, read_current, read_manifest
from training.recipes.recipe import read_recipe

MODELS = Path(__file__).parents[4] / "models"
NAME = "lenet5"


@pytest.fixture
def shipped() -> Version:
    return Version(MODELS, NAME, read_current(MODELS, NAME))


def test_a_finished_version_is_not_trained_again(tmp_path: Path) -> None:
    finished = tmp_path / NAME / "start" / "results" / "train" / "finished"
    finished.parent.mkdir(parents=True)
    finished.write_text(f"published as {NAME}/7")
    version = Trainer(tmp_path, NAME, tmp_path / "no data").train_on_mnist()
    assert version == Version(tmp_path / NAME / "start" / "models", NAME, "7")


@pytest.mark.parametrize("architecture", EPOCHS)
def test_each_recipe_is_valid(tmp_path: Path, architecture: str) -> None:
    trainer, file = Trainer(tmp_path, architecture, tmp_path), tmp_path / "recipe.toml"
    file.write_text(trainer.write_recipe(with_pens=False))
    assert read_recipe(str(file)).datasets == ("mnist",)
    file.write_text(trainer.write_recipe(with_pens=True))
    assert read_recipe(str(file)).datasets == ("mnist", "pen_strokes")


def test_a_copied_version_is_in_use_in_its_new_folder(tmp_path: Path, shipped: Version) -> None:
    copied = shipped.copy_to(tmp_path)
    assert read_current(tmp_path, NAME) == copied.version == shipped.version


def test_a_version_copied_under_another_number_says_so_and_is_not_in_use(tmp_path: Path, shipped: Version) -> None:
    shipped.copy_to(tmp_path)
    shipped.copy_to(tmp_path, "other")
    assert read_manifest(tmp_path, NAME, "other").version == "other"
    assert read_current(tmp_path, NAME) == shipped.version
    assert len(list_versions(tmp_path)) == 2


def test_files_of_strokes_in_the_environment_teach_nobody() -> None:
    assert without_data_files({"PEN_DIGITS": "a", "DOODLES": "b", "HOME": "c"}) == {"HOME": "c"}
