"""`python -m training.sweep`: searches the settings of a recipe and writes the best ones as a recipe file."""

import sys

from training.command_line import run_command
from training.learning.data_module import load_data
from training.learning.teacher import load_start
from training.recipes.recipe import read_recipe
from training.sweep.plots import plot_study
from training.sweep.search import Options, Plan, run_sweep, write_best_recipe
from training.sweep.study import describe


def sweep(options: Options) -> None:
    """Run one worker, then print, plot and write what the study found so far."""
    plan = Plan.of(read_recipe(options.recipe), options.models_dir)
    settings = plan.settings(options.epochs)
    start = load_start(settings, options.models_dir)
    study = run_sweep(options, plan, load_data(settings, options, start), start)
    print(describe(study))
    folder = options.results_dir / options.study
    pictures = plot_study(study, folder)
    if best := write_best_recipe(study, plan, folder):
        print(f"Train with the best settings: make train RECIPE={best}")
        print(f"{', '.join(path.name for path in pictures)} are in {folder}.")


def main(arguments: list[str] | None = None) -> int:
    """Run `make sweep` and return its exit status."""
    return run_command(Options, sweep, arguments)


if __name__ == "__main__":
    sys.exit(main())
