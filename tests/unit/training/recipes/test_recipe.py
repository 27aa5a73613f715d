"""Recipe files: complete, checked, and combined step by step."""

from pathlib import Path

import pytest

from shared.recognition.model_version import TrainingStep, find_manifest, list_versions, read_current, read_manifest
from training.errors import RecipeError
from training.publishing.lineage import ROLES, named_versions
from training.recipes.reader_recipe import is_reader_recipe
from training.recipes.recipe import Settings, list_recipes, read_recipe

MODELS = Path("models")
SHIPPED = sorted({name for name, _ in list_versions(MODELS)})


def write_recipe(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(f'model = "cnn"\narchitecture = "cnn"\n{text}')
    return str(path)


@pytest.mark.parametrize("name", [name for name in list_recipes() if not is_reader_recipe(name)])
def test_every_recipe_of_the_folder_can_be_read(name: str) -> None:
    assert read_recipe(name).steps


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_version_names_a_recipe_for_its_model_and_architecture(name: str) -> None:
    manifest = find_manifest(MODELS, name)
    recipe = read_recipe(manifest.recipe_name)
    assert (recipe.model, recipe.architecture) == (manifest.name, manifest.architecture)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_version_that_a_shipped_one_depends_on_is_described_in_its_lineage(name: str) -> None:
    manifest = read_manifest(MODELS, name, read_current(MODELS, name))
    described: set[str] = set()
    for step in manifest.lineage:
        assert set(named_versions(step.settings)) <= described
        described.add(step.trained)
    last = TrainingStep(trained=manifest.reference, settings=manifest.recipe, data=manifest.data)
    assert set(named_versions(last.settings)) <= described


@pytest.mark.parametrize("name", SHIPPED)
def test_the_last_step_of_its_recipe_has_the_settings_of_a_shipped_version(name: str) -> None:
    manifest = find_manifest(MODELS, name)
    settings = read_recipe(manifest.recipe_name).steps[-1].describe()
    other = {"patience", *ROLES}  # patience never ended these runs; the versions named have moved on since
    compared = manifest.recipe.keys() & settings.keys() - other
    assert {"epochs", "learning_rate", "optimizer", "precision", "dataset"} <= compared
    assert {key: settings[key] for key in compared} == {key: manifest.recipe[key] for key in compared}


def test_steps_override_common_settings_and_options_override_steps(tmp_path: Path) -> None:
    text = "[settings]\nepochs = 2\nseed = 5\n[[steps]]\n[[steps]]\nepochs = 9\n"
    recipe = read_recipe(write_recipe(tmp_path, text))
    assert [(step.epochs, step.seed) for step in recipe.steps] == [(2, 5), (9, 5)]
    shortened = read_recipe(write_recipe(tmp_path, text), {"epochs": 1})
    assert [step.epochs for step in shortened.steps] == [1, 1]
    assert recipe.name == "mine"


def test_a_recipe_without_steps_has_one_step(tmp_path: Path) -> None:
    assert len(read_recipe(write_recipe(tmp_path, "")).steps) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[settings]\nlearning_rate = 0", "step 1, learning_rate: Input should be greater than 0"),
        ("[settings]\nlearning_rate = inf", "step 1, learning_rate: Input should be a finite number"),
        ("[settings]\nlearning_rat = 1", "step 1, learning_rat: Extra inputs are not permitted"),
        ("[[steps]]\n[[steps]]\nteacher_share = 0.5", "step 2: teacher_share, teacher_temperature and answered_epochs"),
        ('[settings]\ndataset = ["mnist", "mnist"]', "step 1: dataset names one dataset twice"),
        ('[settings]\ndataset = ["qmnist"]\npictures = true', "step 1: pictures are drawn from mnist and pen_strokes"),
        ("[settings]\ncut_digits = true", "step 1: cut_digits are made of mnist and pen_strokes"),
        ('[settings]\nlabel_filter = "best"', "step 1: label_filter needs pen_strokes"),
        ('[[steps]]\n[[steps]]\nstart_from = "cnn"', "recipe: only the first step may set start_from"),
        ("[settings]\nstart_share = 0.5", "recipe: start_share"),
        ("[settings\n", "is not valid TOML"),
        ("steps = 3\n", "steps must be an array of tables"),
        ("steps = [1, 2]\n", "steps must be an array of tables"),
        ("steps = []\n", "steps is empty"),
        ('name = "other"\n', "the name of a recipe is that of its file"),
        ('[settings]\narchitecture = "mlp"', "architecture belongs beside model"),
        ('[[steps]]\ndataset = ["emnist"]\n[[steps]]', "recipe: use only one of mnist, qmnist and emnist"),
        ("name_of_model = 3\n", "name_of_model: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_recipe_is_reported_with_its_step(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        read_recipe(write_recipe(tmp_path, text))


def test_only_what_is_wrong_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        read_recipe(write_recipe(tmp_path, "[settings]\nepochs = 0"))
    assert str(raised.value).splitlines() == [f"{tmp_path}/mine.toml: step 1, epochs: Input should be greater than 0"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('model = "../x"\narchitecture = "cnn"', r"model: '\.\./x' is not a valid name"),
        ('model = "x"', "architecture is missing. It is one of cnn, mlp"),
    ],
)
def test_what_could_not_be_published_is_not_trained(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=sentence):
        read_recipe(str(path))


def test_a_missing_recipe_is_reported_with_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"no recipe resnet\. Known recipes: best, cnn,"):
        read_recipe("resnet")


def test_settings_are_described_without_those_that_are_not_set() -> None:
    described = Settings(dataset=("mnist", "qmnist")).describe()
    assert described["dataset"] == "mnist,qmnist"
    assert "teacher" not in described
