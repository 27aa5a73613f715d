"""Publishes the weights of a reader network that were trained elsewhere, or by a run that was stopped.

`python -m training.reader.publish FILE --pen-digits ...`; the weights are calibrated, measured and compared as after a
training. They become the current version if the gate allows it.
"""

import hashlib
import sys
from pathlib import Path

from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from shared.recognition.model_version import TrainingStep
from training.command_line import run_command
from training.data.writing_data import load_writing_data
from training.learning.teacher import pin_versions
from training.options import TrainingOptions
from training.publishing.import_weights import build_with, read_weights
from training.publishing.lineage import describe_lineage
from training.publishing.version import Candidate
from training.reader.publishing import make_candidate, print_reader_report, publish_reader
from training.reader.training import compose_measured_slices
from training.recipes.reader_recipe import read_reader_recipe


class Options(TrainingOptions):
    """Check, calibrate, measure and publish the weights of a reader network."""

    model_config = SettingsConfigDict(cli_prog_name="python -m training.reader.publish")

    file: CliPositionalArg[Path] = Field(description=".pth, .pt or .safetensors")
    recipe: str | None = Field(
        None, description="the recipe by which the weights were trained, from the same files of data; for the manifest"
    )
    epochs: int | None = Field(None, gt=0, description="for how many epochs, if not the recipe's")


def publish_weights(options: Options) -> None:
    """Publish the weights if they fit. TrainingError or ModelVersionError with what is wrong."""
    candidate = build_candidate(options)
    print_reader_report(publish_reader(candidate, *compose_measured_slices(options), options.models_dir))


def build_candidate(options: Options) -> Candidate:
    """Return what is to be published. WeightsError if the weights are not those of a reader."""
    network = build_with(read_weights(options.file), "reader")
    imported = {"imported_from": options.file.name}
    if options.recipe is None:
        return make_candidate(network, {options.file.name: _hash(options.file)}, imported)
    recipe = read_reader_recipe(options.recipe, {"epochs": options.epochs} if options.epochs else None)
    data = load_writing_data("train", options).hashes()
    settings = pin_versions(recipe.settings, options.models_dir).describe()
    lineage = describe_lineage([TrainingStep(trained=recipe.name, settings=settings, data=data)], options.models_dir)
    return make_candidate(network, data, settings | imported, recipe.name, lineage=lineage)


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 if the weights were published."""
    return run_command(Options, publish_weights, arguments)


if __name__ == "__main__":
    sys.exit(main())
