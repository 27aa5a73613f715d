"""The plots of a study are readable: whole numbers for trials, plain learning rates, the loss by its name."""

from pathlib import Path

import optuna
import pytest
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from optuna import Study, Trial, TrialPruned
from optuna.samplers import RandomSampler

from training.sweep import plots
from training.sweep.plots import plot_study

RATES = (2e-4, 5e-2)


def make_study(trials: int, epochs: int = 2) -> Study:
    """Make a study whose second trial is pruned after an epoch."""

    def objective(trial: Trial) -> float:
        loss = trial.suggest_float("learning_rate", *RATES, log=True)
        trial.suggest_float("label_smoothing", 0.0, 0.1)
        trial.suggest_categorical("optimizer", ["sgd", "adamw", "muon"])
        for epoch in range(epochs):
            trial.report(loss / (epoch + 1), epoch)
            if trial.number == 1:
                raise TrialPruned
        return loss

    study = optuna.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=trials)
    return study


@pytest.fixture
def draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function: study → its figures by name, as they were written."""

    def draw(study: Study) -> dict[str, Figure]:
        figures: dict[str, Figure] = {}
        tidy = plots.tidy

        def keep(name: str, figure: Figure) -> None:
            tidy(name, figure)
            figures[name] = figure

        monkeypatch.setattr(plots, "tidy", keep)
        written = plot_study(study, tmp_path)
        assert [path.stem for path in written] == list(figures)
        return figures

    return draw


def ticks(axis: Axis) -> list[str]:
    """Return the visible tick labels."""
    low, high = sorted(axis.get_view_interval())
    labels = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label.get_text() for place, label in labels if low <= place <= high]


@pytest.mark.parametrize(("trials", "epochs"), [(1, 1), (4, 1), (5, 2), (12, 3)])
def test_trials_and_steps_are_whole_numbers(draw, trials, epochs):
    figures = draw(make_study(trials, epochs))
    counted = [figures["history"].axes[0].xaxis, figures["intermediate_values"].axes[0].xaxis]
    counted.append(figures["slices"].axes[-1].yaxis)
    assert [axis.get_label_text() for axis in counted] == ["Trial", "Step", "Trial"]
    for axis in counted:
        assert ticks(axis)
        assert all(tick.isdecimal() for tick in ticks(axis))


def test_learning_rates_are_plain_numbers(draw):
    figures = draw(make_study(12))
    (axes,) = (axes for axes in figures["slices"].axes if axes.get_xlabel() == "learning_rate")
    assert set(ticks(axes.xaxis)) >= {"0.0005", "0.001", "0.002", "0.005", "0.01", "0.02"}
    assert not axes.get_xticks(minor=True).size


def test_labels_in_slices_do_not_collide(draw):
    figure = draw(make_study(12))["slices"]
    labels = [label for axes in figure.axes[:-1] for label in axes.get_xticklabels()]
    assert {label.get_rotation() for label in labels} == {45}


def test_the_objective_is_called_validation_loss(draw):
    figures = draw(make_study(12))
    for name in ("history", "intermediate_values", "slices"):
        assert figures[name].axes[0].get_ylabel() == "validation loss"
    assert figures["parallel_coordinates"].axes[0].get_xticklabels()[0].get_text() == "validation loss"


def test_a_trial_of_one_epoch_is_a_marker_to_be_seen(draw):
    whole, pruned, *_ = draw(make_study(4))["intermediate_values"].axes[0].lines
    assert (whole.get_marker(), pruned.get_marker()) == (".", "o")
    assert pruned.get_zorder() > whole.get_zorder()
