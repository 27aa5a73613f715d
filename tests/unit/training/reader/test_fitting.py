"""A training of the reader on a few tiny batches: it learns, repeats itself, stops, and continues after a kill."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from shared.recognition.architectures.reader import Reader
from tests.unit.training.reader.made_up_hands import make_digits, make_images, make_letter, make_test_hands
from training.data.labelled_images import LabelledImages
from training.data.writing_data import WritingData
from training.errors import RunError
from training.learning.step_folder import StepFolder
from training.reader import fitting
from training.reader.fitting import fit_reader
from training.reader.learner import Learner, compute_rate, share_of_newest, update_average
from training.reader.pages import ComposedBatches
from training.recipes.reader_recipe import ReaderSettings
from training.reporting.epoch_log import read_epochs

DATA = WritingData(make_digits(), LabelledImages(*make_images()), [make_letter()], np.zeros((0, 28, 28), np.uint8))
CPU = torch.device("cpu")


class KilledError(Exception):
    """Stands for a kill."""


@pytest.fixture(autouse=True)
def _short_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "EPOCH_BATCHES", 2)
    torch.set_num_threads(1)


def settings_of(**changed: object) -> ReaderSettings:
    return ReaderSettings.model_validate({"epochs": 2, "batch_pixels": 1, "learning_rate": 1e-3} | changed)


def assert_same(one: nn.Module, other: nn.Module) -> None:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_the_loss_of_a_few_pages_falls_while_they_are_learned() -> None:
    learner = Learner(settings_of(learning_rate=1e-2), batches=400, device=CPU)
    batch = ComposedBatches(make_test_hands(), seed=1, pixels=50_000)[0]
    losses = [float(learner.learn(batch).add_up()) for _ in range(30)]
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])


def test_the_same_seed_gives_the_same_weights_whoever_composes(tmp_path: Path) -> None:
    one = fit_reader(settings_of(), StepFolder(tmp_path / "one"), DATA)
    other = fit_reader(settings_of(), StepFolder(tmp_path / "other"), DATA, workers=1)
    assert_same(one, other)


def test_a_training_starts_from_the_weights_that_it_is_given() -> None:
    start = Reader()
    assert_same(Learner(settings_of(), batches=1, device=CPU, start=start).network, start)


def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_reader(settings_of(), StepFolder(tmp_path / "whole"), DATA)
    step = StepFolder(tmp_path / "killed")
    with monkeypatch.context() as patched:
        kill_after(3, patched)
        with pytest.raises(KilledError):
            fit_reader(settings_of(), step, DATA)
    assert [entry["epoch"] for entry in read_epochs(step.epochs)] == [0]
    assert_same(fit_reader(settings_of(), step, DATA), whole)
    assert [entry["epoch"] for entry in read_epochs(step.epochs)] == [0, 1]
    assert step.is_finished()
    assert not step.checkpoints.exists()
    assert_same(step.load_into(fitting.Learner(settings_of(), 1, CPU).network), whole)


def kill_after(batches: int, patch: pytest.MonkeyPatch) -> None:
    learn = Learner.learn

    def learn_or_die(self: Learner, batch):  # type: ignore[no-untyped-def]
        if self.learned == batches:
            raise KilledError
        return learn(self, batch)

    patch.setattr(Learner, "learn", learn_or_die)


def test_a_training_does_not_continue_with_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = StepFolder(tmp_path)
    with monkeypatch.context() as patched:
        kill_after(2, patched)
        with pytest.raises(KilledError):
            fit_reader(settings_of(), step, DATA)
    fewer = WritingData(DATA.digits[1:], DATA.images, DATA.letters, DATA.drawings)
    with pytest.raises(RunError, match="was begun with other settings or data: data"):
        fit_reader(settings_of(), step, fewer)


def test_a_damaged_checkpoint_is_reported(tmp_path: Path) -> None:
    step = StepFolder(tmp_path)
    step.begin(settings_of(), DATA.hashes())
    step.checkpoints.mkdir()
    step.last_checkpoint.write_bytes(b"PK\x03\x04 not a checkpoint")
    with pytest.raises(RunError, match=r"last\.ckpt is damaged"):
        fit_reader(settings_of(), step, DATA)


def test_weights_that_are_not_finite_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="lower learning_rate"):
        fit_reader(settings_of(learning_rate=1e30), StepFolder(tmp_path), DATA)
    assert not StepFolder(tmp_path).is_finished()


def test_the_rate_rises_to_its_peak_and_falls_to_almost_nothing() -> None:
    rates = [compute_rate(learned, 3000, 1.0) for learned in range(3000)]
    assert rates[0] < 0.01
    assert 250 < int(np.argmax(rates)) < 350
    assert max(rates) > 0.95
    assert rates[-1] < 0.002
    assert rates[299:] == sorted(rates[299:], reverse=True)


def test_the_average_follows_the_weights_at_once_and_later_slowly() -> None:
    assert share_of_newest(0, 0.998) == 1
    assert share_of_newest(10_000, 0.998) == pytest.approx(0.002)
    average, network = nn.BatchNorm2d(1), nn.BatchNorm2d(1)
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(5.0)  # type: ignore[union-attr]
    update_average(average, network, 0.25)
    assert (float(average.weight.detach()), float(average.running_mean)) == (1.5, 1.25)  # type: ignore[arg-type]
