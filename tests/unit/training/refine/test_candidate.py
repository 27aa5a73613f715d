"""A training that takes too long stops, and continues with more time."""

from pathlib import Path

import pytest

from tests.unit.training.toy_data import quick_settings, state_of, training_data
from training.errors import RunError
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.refine.candidate import TimeLimit
from training.reporting.epoch_log import read_epochs


def test_a_training_out_of_time_keeps_its_epochs_and_continues(tmp_path: Path) -> None:
    settings = quick_settings(epochs=3)
    whole = fit(settings, StepFolder(tmp_path / "whole"), training_data(settings))
    step = StepFolder(tmp_path / "stopped")
    with pytest.raises(RunError, match="The same command continues"):
        fit(settings, step, training_data(settings), callbacks=[TimeLimit(minutes=0)])
    assert (len(read_epochs(step.epochs)), step.is_finished()) == (1, False)
    continued = fit(settings, step, training_data(settings), callbacks=[TimeLimit(minutes=60)])
    first, second = state_of(whole), state_of(continued)
    assert all((first[name] == second[name]).all() for name in first)
