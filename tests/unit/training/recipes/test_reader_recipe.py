"""The recipe of the reader: its settings, and what is wrong with a file."""

from pathlib import Path

import pytest

from training.errors import RecipeError
from training.recipes.reader_recipe import is_reader_recipe, read_reader_recipe
from training.recipes.recipe import list_recipes


def test_the_shipped_recipe_is_the_only_one_of_a_reader() -> None:
    assert [name for name in list_recipes() if is_reader_recipe(name)] == ["reader"]
    recipe = read_reader_recipe("reader", {"epochs": 3})
    assert (recipe.name, recipe.model, recipe.settings.epochs) == ("reader", "reader", 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('model = "other"\narchitecture = "reader"', "model: Input should be 'reader'"),
        ('model = "reader"\narchitecture = "reader"\n[settings]\nrate = 1', "settings, rate: Extra inputs"),
        ('model = "reader"\narchitecture = "reader"\nsettings = 3', "settings must be a table"),
        (
            'model = "reader"\narchitecture = "reader"\n[[steps]]\nepochs = 2',
            "a reader is trained in one step",
        ),
    ],
)
def test_a_malformed_recipe_is_reported(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=sentence):
        read_reader_recipe(str(path))
