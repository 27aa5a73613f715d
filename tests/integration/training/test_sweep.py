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
from pydantic import ValidationError
from pydantic_settings import CliApp

import training.sweep.__main__
from shared.recognition.model_version import find_manifest
from tests.integration.training.toy import toy_data, toy_sweep
from training.options import Options
from training.reporting.epoch_log import read_history
from training.sweep.__main__ import SPACE, SweepOptions, announce, command_of, main, run_sweep
from training.sweep.study import SweepError, open_study


def sweep(results: Path, trials: int, **changes: object) -> Study:
    options = toy_sweep(results, trials, **changes)
    return run_sweep(options, toy_data(options))


def outcome(trial: FrozenTrial) -> tuple[object, ...]:
    return trial.number, trial.state, trial.value, trial.params


def test_a_sweep_goes_on_as_if_it_had_never_been_stopped(tmp_path: Path) -> None:
    first = [outcome(trial) for trial in sweep(tmp_path / "stopped", 3).trials]
    resumed = [outcome(trial) for trial in sweep(tmp_path / "stopped", 4).trials]
    assert len(first) == 3
    assert resumed[:3] == first
    assert resumed == [outcome(trial) for trial in sweep(tmp_path / "in one go", 4).trials]


def test_the_first_trial_is_the_recipe_as_it_is(tmp_path: Path) -> None:
    study = sweep(tmp_path, 1)
    assert study.trials[0].params == {name: Options.model_fields[name].default for name in SPACE if name != "batch"}


def test_every_trial_begins_with_the_version_that_was_in_use_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.sweep.__main__, "load_data", toy_data)
    given = "--model lenet5 --start-from lenet5 --trials 2 --epochs 1 --batch 32 --accelerator cpu --tracker none"
    assert main([*given.split(), "--results-dir", str(tmp_path)]) == 0
    version = find_manifest(Path("models"), "lenet5").reference
    runs = sorted((tmp_path / "sweep").glob("trial-*/options.json"))
    assert [json.loads(run.read_text())["start_from"] for run in runs] == [version] * 2


def test_a_trial_is_worth_its_best_epoch(tmp_path: Path) -> None:
    study = sweep(tmp_path, 2)
    for trial in study.trials:
        run = tmp_path / "sweep" / f"trial-{trial.number:04}"
        losses = [epoch["validation/loss"] for epoch in read_history(run / "history.jsonl")]
        assert trial.value == min(losses)
        assert list(trial.intermediate_values.values()) == losses
        assert not (run / "checkpoints").exists()


def test_a_trial_behind_the_others_is_pruned(tmp_path: Path) -> None:
    options = toy_sweep(tmp_path, 6, epochs=3)
    url = f"sqlite:///{tmp_path}/sweep.db"
    study = begin_study(url, options)
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
    assert list(last.intermediate_values) == [0, 1]  # a first epoch is judged by nobody


def begin_study(url: str, options: SweepOptions) -> Study:
    first = {name: Options.model_fields[name].default for name in options.searched}
    with pytest.warns(match="experimental"):
        return open_study(url, options.study, options.fixed(), first, options.seed)


def test_a_trial_that_diverges_is_pruned(tmp_path: Path) -> None:
    (trial,) = sweep(tmp_path, 1, learning_rate=1e30, optimizer="sgd", schedule="constant").trials
    assert trial.state == TrialState.PRUNED
    assert "learning_rate" not in trial.params


def test_options_that_are_given_are_not_searched() -> None:
    given = ["--trials", "3", "--learning-rate", "0.01", "--optimizer", "sgd", "--dataset", "qmnist,emnist"]
    options = CliApp.run(SweepOptions, given)
    assert not {"learning_rate", "optimizer"} & set(options.searched)
    trial = options.of_trial(7, {"batch": 64})
    assert (trial.learning_rate, trial.optimizer, trial.batch) == (0.01, "sgd", 64)
    assert trial.dataset == ["qmnist", "emnist"]
    assert (trial.run, trial.publish, trial.resume) == ("sweep/trial-0007", False, False)


@pytest.mark.parametrize(
    "option", [["--publish"], ["--resume"], ["--run", "mine"], ["--devices", "2"], ["--trials", "0"]]
)
def test_what_a_sweep_decides_itself_is_refused(option: list[str]) -> None:
    with pytest.raises((ValidationError, SystemExit)):
        CliApp.run(SweepOptions, option)


def test_a_study_is_not_continued_with_other_options(tmp_path: Path) -> None:
    sweep(tmp_path, 1)
    with pytest.raises(SweepError, match="another epochs"):
        sweep(tmp_path, 2, epochs=5)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/sweep.db", "nosuch://database", "postgres://user:secret@127.0.0.1:1/x"]
)
def test_a_database_that_is_not_there_is_said_to_be(url: str, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="database can't be used") as refused:
        sweep(tmp_path, 1, storage=url)
    assert "secret" not in str(refused.value)


def test_runs_of_another_study_are_not_overwritten(tmp_path: Path) -> None:
    sweep(tmp_path, 1)
    (tmp_path / "sweep.db").unlink()
    with pytest.raises(SweepError, match="another --study"):
        sweep(tmp_path, 1)


def test_the_command_of_a_trial_trains_with_its_options(tmp_path: Path) -> None:
    options = toy_sweep(tmp_path, 1, storage_token="secret")
    trial = run_sweep(options, toy_data(options)).trials[0]
    program, *arguments = re.sub(r"^python -m ", "", command_of(options, trial)).split()
    assert program == "training.train"
    chosen = CliApp.run(Options, arguments)
    assert {name: getattr(chosen, name) for name in trial.params} == trial.params
    assert (chosen.model, chosen.batch) == ("mlp", 32)
    assert chosen.epochs == Options.model_fields["epochs"].default
    assert "secret" not in arguments


def test_what_was_found_is_printed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = toy_sweep(tmp_path, 5)
    study = run_sweep(options, toy_data(options))
    study.add_trials(2 * study.get_trials(states=(TrialState.COMPLETE,)))
    capsys.readouterr()
    announce(options, study)
    printed = capsys.readouterr().out
    assert f"{study.best_value:.4g}" in printed.splitlines()[2]  # the first row of the table
    assert command_of(options, study.best_trial).partition("--learning-rate")[0] in printed
    pictures = {"history", "intermediate_values", "parallel_coordinates", "slices", "importances"}
    assert {path.stem for path in (tmp_path / "sweep").glob("*.png")} == pictures
    for name in pictures:
        with Image.open(tmp_path / "sweep" / f"{name}.png") as picture:
            assert picture.format == "PNG"
            assert picture.width > 600
            assert picture.height > 400


def test_two_workers_share_one_study(empty_database_url: str, tmp_path: Path) -> None:
    worker = start_worker(empty_database_url, tmp_path, "6")
    begin(worker)
    study = sweep(tmp_path, 6, storage=empty_database_url)
    log = worker.communicate(timeout=120)[1]
    assert worker.returncode == 0, log
    trials = study.trials
    assert {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    assert 6 <= len(trials) <= 7  # one more where both begin the last at the same moment
    assert [trial.number for trial in trials] == list(range(len(trials)))
    of_the_other = set(map(int, re.findall(r"Trial (\d+) (?:finished|pruned)", log)))
    assert 0 < len(of_the_other) < len(trials), "one worker did it all"


def test_the_trial_of_a_killed_worker_is_done_again(empty_database_url: str, tmp_path: Path) -> None:
    worker = start_worker(empty_database_url, tmp_path, "2", "dies")
    begin(worker)
    worker.communicate(timeout=120)
    assert worker.returncode == -9
    time.sleep(3.5)  # more than the two heartbeats after which it counts as dead
    options = toy_sweep(tmp_path, 2, storage=empty_database_url)
    killed, *others = run_sweep(options, toy_data(options), heartbeat_s=1).trials
    assert killed.state == TrialState.FAIL
    assert [trial.state for trial in others] == [TrialState.COMPLETE] * 2
    assert others[0].params == killed.params


def start_worker(url: str, results: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.training.sweep_worker", url, str(results), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def begin(worker: subprocess.Popen[str]) -> None:
    """Once it has imported everything."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdin.write("\n")
    worker.stdin.flush()
