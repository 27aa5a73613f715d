"""Reads the recipe of a reader network, which differs from the others: it learns from pages that are composed for it.

A recipe is TOML: `model` (the name to publish under), `architecture = "reader"`, and a table `[settings]`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.errors import RecipeError
from training.recipes.recipe import describe_invalid_settings, read_content

READER = "reader"


class ReaderSettings(BaseModel):
    """How a reader network is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    learning_rate: float = Field(2e-3, gt=0)  # peak, after a warm-up; it then falls along a cosine
    weight_decay: float = Field(0.02, ge=0)
    epochs: int = Field(40, gt=0)  # of 250 batches each
    batch_pixels: int = Field(786_432, gt=0)  # of the pages of a batch: 32 pages of 128×192 or 48 of 64×256
    averaging: float = Field(0.998, ge=0, lt=1)  # decay of the moving average of the weights
    start_from: str | None = Field(None, pattern=r"^reader(/.+)?$")  # "reader" or "reader/version" to continue
    seed: int = Field(1, ge=0)
    precision: Literal["32-true", "bf16-mixed"] = "32-true"

    def describe(self) -> dict[str, str | int | float | bool]:
        """Return the settings for a manifest, without those that are not set."""
        return self.model_dump(exclude_none=True)


class ReaderRecipe(BaseModel):
    """How a reader network is trained, in one step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # of the file, without .toml
    model: Literal["reader"]  # serving finds the reader by this name
    architecture: Literal["reader"]
    settings: ReaderSettings = ReaderSettings()


def is_reader_recipe(reference: str) -> bool:
    """Return whether the recipe is one of a reader network. RecipeError if it cannot be read."""
    _, content = read_content(reference)
    return content.get("architecture") == READER


def read_reader_recipe(reference: str, overrides: dict[str, Any] | None = None) -> ReaderRecipe:
    """Read a recipe by its name or path. `overrides` replace settings. RecipeError if it is missing or malformed."""
    path, content = read_content(reference)
    settings = content.pop("settings", {})
    if not isinstance(settings, dict):
        raise RecipeError(f"{path}: settings must be a table.")
    if "steps" in content:
        raise RecipeError(f"{path}: a reader is trained in one step. Put its settings into the table settings.")
    try:
        return ReaderRecipe.model_validate({"name": path.stem, "settings": settings | (overrides or {}), **content})
    except ValidationError as error:
        raise RecipeError("\n".join(f"{path}: {line}" for line in describe_invalid_settings(error))) from error
