"""The versions that a scenario begins with: trained by ordinary commands, and kept in a folder for the next run.

A recipe and a file of pen strokes come in, the folder of a finished model version goes out.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.recognition.model_version import MANIFEST, folder_of, read_manifest, set_current
from training.data.pen_characters import PenCharacter
from training.data.unipen.convert import write_characters

ROOT = Path(__file__).parents[2]
# Few, so that the whole benchmark ends in about an hour. An epoch with strokes has half as many steps again as one
# without, so both versions are trained for as many steps.
EPOCHS = {"cnn": 6, "lenet5": 12}
PEN_EPOCHS = {"cnn": 4, "lenet5": 8}
RECIPE = """\
model = "{architecture}"
architecture = "{architecture}"

[settings]
dataset = [{datasets}]
epochs = {epochs}
"""


@dataclass(frozen=True)
class Version:
    """A model version in a folder of models."""

    models_dir: Path
    name: str
    version: str

    @property
    def reference(self) -> str:
        """`name/version`."""
        return f"{self.name}/{self.version}"

    def copy_to(self, models_dir: Path, version: str | None = None) -> "Version":
        """Put it in use in another folder of models, or write it there as `version`, which is not in use yet."""
        copied = Version(models_dir, self.name, version or self.version)
        source, target = (folder_of(one.models_dir, one.name, one.version) for one in (self, copied))
        manifest = read_manifest(self.models_dir, self.name, self.version).model_copy(
            update={"version": copied.version}
        )
        unfinished = target.with_name(f".copying-{copied.version}")
        shutil.copytree(source, unfinished)
        (unfinished / MANIFEST).write_text(manifest.model_copy(update={"version": copied.version}).model_dump_json())
        unfinished.rename(target)
        if version is None:
            set_current(models_dir, self.name, self.version)
        return copied


@dataclass(frozen=True)
class Trainer:
    """Trains the versions of one architecture in a folder of its own for each. A finished one is not trained again."""

    folder: Path
    architecture: str
    data_dir: Path

    def train_on_mnist(self) -> Version:
        """Return the version that has never seen a pen stroke."""
        return self._train("start", self.write_recipe(with_pens=False))

    def train_with_pens(self, digits: Sequence[PenCharacter]) -> Version:
        """Return a version that was trained with these strokes from the start. `pen_file` has them."""
        write_characters(digits, self.pen_file)
        return self._train("reference", self.write_recipe(with_pens=True), "--pen-digits", str(self.pen_file))

    @property
    def pen_file(self) -> Path:
        """The strokes of the version that was trained with strokes."""
        return self.folder / self.architecture / "reference" / "pen_digits.jsonl.gz"

    def write_recipe(self, *, with_pens: bool) -> str:
        """Return a recipe of one step as TOML."""
        datasets, epochs = ('"mnist", "pen_strokes"', PEN_EPOCHS) if with_pens else ('"mnist"', EPOCHS)
        return RECIPE.format(architecture=self.architecture, datasets=datasets, epochs=epochs[self.architecture])

    def _train(self, name: str, recipe: str, *arguments: str) -> Version:
        folder = self.folder / self.architecture / name
        finished = folder / "results" / "train" / "finished"
        if not finished.exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "recipe.toml").write_text(recipe)
            run_training(folder, self.data_dir, arguments)
        _, _, version = finished.read_text().rpartition("/")
        return Version(folder / "models", self.architecture, version)


def run_training(folder: Path, data_dir: Path, arguments: Sequence[str]) -> None:
    """Train and publish. The same call continues a training that was stopped. CalledProcessError if it fails."""
    command = [sys.executable, "-m", "training.train", "--recipe", str(folder / "recipe.toml"), "--run", "train"]
    folders = {"--models-dir": folder / "models", "--results-dir": folder / "results", "--data-dir": data_dir.resolve()}
    options = [str(part) for option in folders.items() for part in option]
    with (folder / "log").open("a") as log:
        subprocess.run(
            [*command, *options, "--tracker", "none", *arguments],
            cwd=ROOT, env=without_data_files(os.environ), stdout=log, stderr=log, check=True,
        )  # fmt: skip


def without_data_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that name files of strokes, which would teach more writers."""
    return {name: value for name, value in environment.items() if name not in {"PEN_DIGITS", "PEN_LETTERS", "DOODLES"}}
