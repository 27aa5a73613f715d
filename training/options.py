"""Command-line options that several training commands share: where data, models and results are.

How a network is trained is not here: that is the recipe (`training/recipes/`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.secret_files import FileSettings

DATA_DIR = Path(".data")


class DataOptions(FileSettings):
    """Where the data and the models are."""

    model_config = SettingsConfigDict(
        env_prefix="TRAINING_",
        env_ignore_empty=True,
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,  # the input may contain storage's token
    )

    pen_digits: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        validation_alias=AliasChoices("pen_digits", "PEN_DIGITS"),
        description="file of pen strokes of digits, for training and for measuring; may be given several times, or "
        "as names with commas between them; none is shipped",
    )
    pen_letters: Path | None = Field(
        None,
        validation_alias=AliasChoices("pen_letters", "PEN_LETTERS"),
        description="file of pen strokes of letters, which are not digits; none is shipped",
    )
    doodles: Path | None = Field(
        None,
        validation_alias=AliasChoices("doodles", "DOODLES"),
        description="file of 28×28 pictures that are not digits, for training; none is shipped",
    )
    data_dir: Path = Field(DATA_DIR, description="where `make data` puts datasets")
    models_dir: Path = Field(Path("models"), description="where inference looks for model versions")

    @field_validator("pen_digits", mode="before")
    @classmethod
    def split_at_commas(cls, files: str | Path | Sequence[Path] | None) -> Sequence[str | Path]:
        """Accept one file, or several with commas between them. Options that are repeated arrive in this form."""
        if files is None:
            return ()
        return str(files).split(",") if isinstance(files, str | Path) else files


class TrainingOptions(DataOptions):
    """Data, storage's address and the folder for results."""

    storage_url: str = Field(
        "http://127.0.0.1:8002",
        validation_alias=AliasChoices("storage_url", "STORAGE_URL"),
        description="address of storage, for the drawings that people labelled",
    )
    storage_token: str = Field(
        "", validation_alias=AliasChoices("storage_token", "STORAGE_TOKEN"), description="storage's bearer token"
    )
    results_dir: Path = Field(Path("results"), description="folder for the files of each run; git ignores it")
