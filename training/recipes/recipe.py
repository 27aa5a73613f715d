"""Reads a recipe file: how one model is trained from nothing, step by step.

A recipe is TOML: `model` (the name to publish under), `architecture`, a table `[settings]` with the settings of every
step, and one `[[steps]]` table per step that overrides them. Each step after the first starts from the weights of the
step before. docs/training.md describes the settings; docs/experiments.md has the figures behind the defaults.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from shared.recognition.model_version import NAME_PATTERN
from training.errors import RecipeError

Architecture = Literal["cnn", "mlp", "lenet5", "vit", "best"]
DatasetName = Literal["mnist", "qmnist", "emnist", "pen_strokes", "labelled_drawings"]

FOLDER = Path(__file__).parent
ROLES = ("start_from", "teacher", "label_filter")  # settings that name a version
START = "start"  # as label_filter: the weights that the step starts from
SAME_FORMS = {"mnist", "qmnist", "emnist"}  # made from the same forms of NIST, and split in different ways


class Settings(BaseModel):
    """The settings of one training step."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    architecture: Architecture = "cnn"
    dataset: tuple[DatasetName, ...] = Field(("mnist",), min_length=1)

    optimizer: Literal["sgd", "adamw", "muon"] = "adamw"
    learning_rate: float = Field(2e-3, gt=0)  # peak of the one-cycle schedule
    weight_decay: float = Field(0.02, ge=0)
    batch: int = Field(128, gt=0)
    epochs: int = Field(20, gt=0)
    epoch_batches: int | None = Field(None, gt=0)  # an epoch ends after as many; None: each image comes once
    patience: int = Field(10, gt=0)  # epochs without a better validation accuracy before the step stops
    averaging: float = Field(0.999, ge=0, lt=1)  # decay of the moving average of the weights
    dropout: float = Field(1.0, ge=0)  # factor on the architecture's own dropout rates
    label_smoothing: float = Field(0.05, ge=0, lt=1)
    not_digit_weight: float = Field(0.2, ge=0)  # weight of the loss that separates digits from everything else

    augmentation: Literal["none", "mild", "full"] = "full"  # of stored images; "mild" suits small networks
    pictures: bool = False  # also train on uploads and photographs, drawn before the step begins
    cut_digits: bool = False  # also train on digits cut out of composed pages, before the step begins

    start_from: str | None = None  # "name" or "name/version" for the first step; later steps follow the step before
    start_share: float = Field(0.0, ge=0, le=1)  # share of the starting weights kept in the result (WiSE-FT)
    teacher: str | None = None  # "name" or "name/version" to distil from
    teacher_share: float = Field(0.7, ge=0, le=1)  # share of the loss that follows the teacher
    teacher_temperature: float = Field(2.0, gt=0)
    label_filter: str | None = None  # version, or "start", that leaves out pen digits whose labels it doubts
    answered_epochs: int = Field(0, ge=0)  # epochs of images that the teacher answers in advance; 0: batch by batch

    seed: int = Field(1, ge=0)
    precision: Literal["32-true", "bf16-mixed"] = "32-true"

    @model_validator(mode="after")
    def check_that_every_setting_has_an_effect(self) -> Self:
        """Reject settings without effect: the manifest would otherwise claim that they were used."""
        if len(set(self.dataset)) < len(self.dataset):
            raise ValueError("dataset names one dataset twice")
        if self.pictures and not {"mnist", "pen_strokes"} & set(self.dataset):
            raise ValueError("pictures are drawn from mnist and pen_strokes, and dataset names neither")
        if self.cut_digits and not {"mnist", "pen_strokes"} <= set(self.dataset):
            raise ValueError("cut_digits are made of mnist and pen_strokes, and dataset must name both")
        if not self.teacher and {"teacher_share", "teacher_temperature", "answered_epochs"} & self.model_fields_set:
            raise ValueError("teacher_share, teacher_temperature and answered_epochs need a teacher")
        if self.label_filter and "pen_strokes" not in self.dataset:
            raise ValueError("label_filter needs pen_strokes in dataset")
        if self.label_filter == START and self.answered_epochs:
            raise ValueError("answered_epochs need a published version as label_filter")
        return self

    def describe(self) -> dict[str, str | int | float | bool]:
        """Return the settings for a manifest, without those that are not set."""
        settings = self.model_dump(exclude_none=True)
        return {name: ",".join(value) if isinstance(value, tuple) else value for name, value in settings.items()}


class Recipe(BaseModel):
    """How a model is trained: one or more steps, each from the weights of the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # of the file, without .toml
    model: str  # name under models/
    steps: tuple[Settings, ...] = Field(min_length=1)

    @field_validator("model")
    @classmethod
    def check_model(cls, model: str) -> str:
        """Reject a name under which nothing can be published, before anything is trained."""
        if not NAME_PATTERN.fullmatch(model):
            raise ValueError(f"{model!r} is not a valid name of a model")
        return model

    @model_validator(mode="after")
    def check_datasets(self) -> Self:
        """Reject steps that train on digits with which a later step is validated or tested."""
        if len(SAME_FORMS & set(self.datasets)) > 1:
            raise ValueError(
                "use only one of mnist, qmnist and emnist in all steps: they hold the same digits, split differently"
            )
        return self

    @model_validator(mode="after")
    def check_start(self) -> Self:
        """Reject a start version in any step but the first, and settings that need a start where there is none."""
        if any(step.start_from for step in self.steps[1:]):
            raise ValueError("only the first step may set start_from: later steps start from the step before")
        first = self.steps[0]
        if not first.start_from and (first.start_share or first.label_filter == START):
            raise ValueError('start_share and label_filter = "start" in the first step need start_from')
        if len({step.architecture for step in self.steps}) > 1:
            raise ValueError("all steps must have the same architecture")
        return self

    @property
    def architecture(self) -> Architecture:
        """The architecture, which is the same in all steps."""
        return self.steps[0].architecture

    @property
    def datasets(self) -> tuple[DatasetName, ...]:
        """All datasets that any step trains on."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.dataset))


def read_recipe(reference: str, overrides: dict[str, Any] | None = None) -> Recipe:
    """Read a recipe of this folder by name, or any file by its path. `overrides` replace settings of every step.

    RecipeError if there is no such recipe or if it is malformed.
    """
    path, content = read_content(reference)
    try:
        return parse_recipe(path.stem, content, overrides or {})
    except ValidationError as error:
        raise RecipeError("\n".join(f"{path}: {line}" for line in describe_invalid_settings(error))) from error


def read_content(reference: str) -> tuple[Path, dict[str, Any]]:
    """Return the path of a recipe and its content. RecipeError if there is none, or if it is not TOML."""
    path = Path(reference) if reference.endswith(".toml") else FOLDER / f"{reference}.toml"
    try:
        return path, tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        known = ", ".join(list_recipes())
        raise RecipeError(f"There is no recipe {reference}. Known recipes: {known}; or give a .toml file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}.") from error


def parse_recipe(name: str, content: dict[str, Any], overrides: dict[str, Any]) -> Recipe:
    """Combine the architecture, the common settings, each step's own settings and the overrides.

    ValidationError if the recipe does not follow the format.
    """
    common, steps = content.pop("settings", {}), content.pop("steps", [{}])
    if not isinstance(common, dict) or not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise RecipeError(f"{name}: settings must be a table, and steps must be an array of tables.")
    if not steps:
        raise RecipeError(f"{name}: steps is empty. Leave it out for a recipe of one step.")
    if "name" in content:
        raise RecipeError(f"{name}: the name of a recipe is that of its file. Leave name out.")
    if any("architecture" in table for table in (common, *steps)):
        raise RecipeError(f"{name}: architecture belongs beside model, because it is the same in all steps.")
    if "architecture" not in content:
        raise RecipeError(f"{name}: architecture is missing. It is one of {', '.join(get_args(Architecture))}.")
    architecture = {"architecture": content.pop("architecture")}
    merged = [architecture | common | step | overrides for step in steps]
    return Recipe.model_validate({"name": name, "steps": merged, **content})


def list_recipes() -> list[str]:
    """Return the names of the recipes in this folder."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def describe_invalid_settings(error: ValidationError) -> list[str]:
    """Return one line per invalid setting, with the number of its step."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        if problem["loc"] == ("steps",):
            continue  # pydantic drops invalid steps and then also misses them
        place = [
            f"step {part + 1}" if isinstance(part, int) else str(part) for part in problem["loc"] if part != "steps"
        ]
        lines.append(f"{', '.join(place) or 'recipe'}: {problem['msg'].removeprefix('Value error, ')}")
    return lines
