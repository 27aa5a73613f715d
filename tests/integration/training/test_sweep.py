"""Real studies of toy trainings: in SQLite by one worker, in PostgreSQL by several processes."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from optuna import Study, create_trial
from optuna.trial import FrozenTrial, TrialState
from PIL import Image

from shared.recognition.model_version import find_manifest
from tests.e2e.stack import wait_until
from tests.integration.training.toy import NOWHERE, toy_data, toy_plan, toy_settings, toy_sweep
from training.errors import SweepError
from training.recipes.recipe import Recipe, Settings, read_recipe
from training.reporting.epoch_log import read_epochs
from training.sweep import __main__ as command
from training.sweep.plots import plot_study
from training.sweep.search import SPACE, Options, Plan, run_sweep, write_best_recipe
from training.sweep.study import describe, open_study


def sweep(results: Path, trials: int, plan: Plan | None = None, **changes: object) -> Study:
    options, plan = toy_sweep(results, trials, **changes), plan or toy_plan()
    return run_sweep(options, plan, toy_data(plan.settings(options.epochs)))


def outcome(trial: FrozenTrial) -> tuple[object, ...]:
    return trial.number, trial.state, trial.value, trial.params


def test_a_sweep_continues_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    first = [outcome(trial) for trial in sweep(tmp_path / "stopped", 3).trials]
    continued = [outcome(trial) for trial in sweep(tmp_path / "stopped", 4).trials]
    assert len(first) == 3
    assert continued[:3] == first
    assert continued == [outcome(trial) for trial in sweep(tmp_path / "at once", 4).trials]


def test_the_first_trial_has_the_default_settings(tmp_path: Path) -> None:
    study = sweep(tmp_path, 1)
    assert study.trials[0].params == {name: Settings.model_fields[name].default for name in SPACE if name != "batch"}


def test_every_trial_starts_from_the_version_that_was_current_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "load_data", toy_data)
    recipe = tmp_path / "toy.toml"
    text = 'model = "lenet5"\narchitecture = "lenet5"\n[settings]\nbatch = 32\nstart_from = "lenet5"\n'
    recipe.write_text(text)
    given = f"--recipe {recipe} --trials 2 --epochs 1 --tracker none --results-dir {tmp_path}"
    assert command.main(given.split()) == 0
    version = find_manifest(Path("models"), "lenet5").reference
    trials = sorted((tmp_path / "sweep").glob("trial-*/settings.json"))
    assert [json.loads(trial.read_text())["start_from"] for trial in trials] == [version] * 2


def test_the_value_of_a_trial_is_its_best_epoch(tmp_path: Path) -> None:
    study = sweep(tmp_path, 2)
    for trial in study.trials:
        folder = tmp_path / "sweep" / f"trial-{trial.number:04}"
        losses = [epoch["validation/loss"] for epoch in read_epochs(folder / "epochs.jsonl")]
        assert trial.value == min(losses)
        assert list(trial.intermediate_values.values()) == losses
        assert {path.name for path in folder.iterdir()} == {"epochs.jsonl", "settings.json"}


def test_a_trial_behind_the_others_is_pruned(tmp_path: Path) -> None:
    options, plan = toy_sweep(tmp_path, 6, epochs=3), toy_plan()
    study = begin_study(f"sqlite:///{tmp_path}/sweep.db", options, plan)
    done = sweep(tmp_path, 1, epochs=3).trials[0]
    for _ in range(4):
        study.add_trial(
            create_trial(
                params=done.params,
                distributions=done.distributions,
                value=1e-9,
                intermediate_values={0: 1e-9, 1: 1e-9, 2: 1e-9},
            )
        )
    last = sweep(tmp_path, 6, epochs=3).trials[-1]
    assert last.state == TrialState.PRUNED
    assert list(last.intermediate_values) == [0, 1]  # nothing is pruned after the first epoch


def begin_study(url: str, options: Options, plan: Plan) -> Study:
    first = {name: Settings.model_fields[name].default for name in plan.searched}
    with pytest.warns(match="experimental"):
        return open_study(url, options.study, plan.fixed(options.epochs), first, seed=1)


def test_a_trial_that_diverges_is_pruned(tmp_path: Path) -> None:
    (trial,) = sweep(tmp_path, 1, toy_plan(learning_rate=1e30, optimizer="sgd")).trials
    assert trial.state == TrialState.PRUNED
    assert "learning_rate" not in trial.params


def test_settings_that_the_recipe_sets_are_not_searched() -> None:
    plan = toy_plan(learning_rate=0.01, optimizer="sgd", dataset=("qmnist",))
    assert not {"learning_rate", "optimizer", "batch"} & set(plan.searched)
    trial = plan.settings(4, {"label_smoothing": 0.1})
    assert (trial.learning_rate, trial.optimizer, trial.batch, trial.epochs) == (0.01, "sgd", 32, 4)
    assert (trial.dataset, trial.label_smoothing) == (("qmnist",), 0.1)


def test_a_recipe_of_several_steps_cannot_be_searched() -> None:
    with pytest.raises(SweepError, match="needs a recipe with one"):
        Plan.of(Recipe(name="toy", model="mlp", steps=(toy_settings(), toy_settings())), NOWHERE)


def test_a_study_does_not_continue_with_other_settings(tmp_path: Path) -> None:
    sweep(tmp_path, 1)
    with pytest.raises(SweepError, match="other values of epochs"):
        sweep(tmp_path, 2, epochs=5)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/sweep.db", "nosuch://database", "postgres://user:secret@127.0.0.1:1/x"]
)
def test_a_database_that_cannot_be_used_is_reported(url: str, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="database cannot be used") as raised:
        sweep(tmp_path, 1, storage=url)
    assert "secret" not in str(raised.value)


def test_trials_of_another_study_are_not_overwritten(tmp_path: Path) -> None:
    sweep(tmp_path, 1)
    (tmp_path / "sweep.db").unlink()
    with pytest.raises(SweepError, match="another --study"):
        sweep(tmp_path, 1)


def test_the_best_settings_are_written_as_a_recipe(tmp_path: Path) -> None:
    plan = toy_plan(dataset=("mnist", "pen_strokes"))
    study = sweep(tmp_path, 2, plan)
    path = write_best_recipe(study, plan, tmp_path / "sweep")
    recipe = read_recipe(str(path))
    (step,) = recipe.steps
    assert {name: getattr(step, name) for name in study.best_params} == study.best_params
    assert (recipe.model, step.architecture, step.batch) == ("mlp", "mlp", 32)
    assert step.dataset == ("mnist", "pen_strokes")
    assert step.epochs == Settings.model_fields["epochs"].default


def test_a_study_is_described_and_plotted(tmp_path: Path) -> None:
    study = sweep(tmp_path, 5)
    study.add_trials(2 * study.get_trials(states=(TrialState.COMPLETE,)))
    assert f"{study.best_value:.4g}" in describe(study).splitlines()[2]  # the first row of the table
    plots = {path.stem: path for path in plot_study(study, tmp_path / "sweep")}
    assert set(plots) == {"history", "intermediate_values", "parallel_coordinates", "slices", "importances"}
    for path in plots.values():
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert picture.width > 600
            assert picture.height > 400


def test_two_workers_share_one_study(empty_database_url: str, tmp_path: Path) -> None:
    worker = start_worker(empty_database_url, tmp_path, "6")
    begin(worker)
    wait_until((tmp_path / "sweep" / "trial-0000").exists, "a trial of the worker")
    study = sweep(tmp_path, 8, storage=empty_database_url)  # so the last is of this process
    log = worker.communicate(timeout=120)[1]
    assert worker.returncode == 0, log
    trials = study.trials
    assert {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    assert [trial.number for trial in trials] == list(range(8))
    of_the_other = set(map(int, re.findall(r"Trial (\d+) (?:finished|pruned)", log)))
    assert 0 < len(of_the_other) < len(trials), "one worker ran all trials"


def test_the_trial_of_a_killed_worker_runs_again(empty_database_url: str, tmp_path: Path) -> None:
    worker = start_worker(empty_database_url, tmp_path, "2", "dies")
    begin(worker)
    worker.communicate(timeout=120)
    assert worker.returncode == -9
    time.sleep(3.5)  # more than two heartbeats, after which the worker counts as dead
    options, plan = toy_sweep(tmp_path, 2, storage=empty_database_url), toy_plan()
    killed, *others = run_sweep(options, plan, toy_data(plan.settings(2)), heartbeat_s=1).trials
    assert killed.state == TrialState.FAIL
    assert [trial.state for trial in others] == [TrialState.COMPLETE] * 2
    assert others[0].params == killed.params


def start_worker(url: str, results: Path, *arguments: str) -> subprocess.Popen[str]:
    command_line = [sys.executable, "-m", "tests.integration.training.sweep_worker", url, str(results), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command_line, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def begin(worker: subprocess.Popen[str]) -> None:
    """Let the worker start once it has imported everything."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdin.write("\n")
    worker.stdin.flush()
