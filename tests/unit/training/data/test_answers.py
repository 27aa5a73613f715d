"""Images drawn and answered once for all students of a teacher: kept whole, shared, and learned from."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning.pytorch import Callback
from torch import Tensor, nn

from shared.recognition.architectures import build_network
from shared.recognition.normalisation import Normalisation
from tests.unit.recognition.test_model_version import a_manifest
from tests.unit.training.test_fitting import KilledError, KillIn
from tests.unit.training.toy_data import bars, options, pen_character, state_of
from training import answers
from training.data.answers import load_answers
from training.learning.data_module import TrainingData
from training.data.labelled_images import NOT_A_DIGIT, DataUnavailableError
from training.evaluation.measures import compute_logits
from training.learning.fitting import fit, open_run
from training.publishing.folder import write_model_version
from training.options import Options
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source
from training.learning.teacher import Teacher


class Certain(nn.Module):
    """Says of every image that it is a three, the surer the more ink is on it."""

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 10)
        logits[:, 3] = images.mean((1, 2, 3))
        return logits


TEACHER = Teacher(Certain(), Normalisation())


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Two epochs of 64 bars and four letters, answered by a version that is there."""
    write_model_version(tmp_path / "models", a_manifest(), build_network("cnn"), b"")
    letters = [pen_character("f")] * 4
    parts = [Part("bars", as_image_source(bars(64))), Part("letters", as_stroke_source(letters))]
    monkeypatch.setattr(answers, "load_training", lambda _: Mixture(parts))
    return options(
        teacher=a_manifest().reference, answered_epochs=2, data_dir=tmp_path / "data", models_dir=tmp_path / "models",
        results_dir=tmp_path / "results",
    )  # fmt: skip


def kept(chosen: Options) -> list[Path]:
    return sorted(path for path in (chosen.data_dir / "answers").iterdir() if path.suffix != ".lock")


def test_every_image_of_every_epoch_is_kept_with_its_answer(chosen: Options) -> None:
    made = load_answers(chosen, TEACHER)
    assert len(made) == 68
    assert sorted(made.hashes()) == ["answers", "bars", "letters"]
    for epoch in (0, 1):
        images, labels, logits = made.read(torch.arange(68), epoch)
        assert sorted(labels.tolist()) == [NOT_A_DIGIT] * 4 + [0] * 32 + [1] * 32
        torch.testing.assert_close(TEACHER.answer(images), logits, atol=0.02, rtol=0)


def test_epochs_are_drawn_anew_and_begin_again_after_the_last(chosen: Options) -> None:
    made = load_answers(chosen, TEACHER)
    first, second, third = (made.read(torch.arange(8), epoch)[0] for epoch in (0, 1, 2))
    assert not torch.equal(first, second)
    assert torch.equal(first, third)


def test_students_that_differ_in_their_seed_share_them(chosen: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_answers(chosen, TEACHER)
    monkeypatch.setattr(answers, "load_training", None)  # drawn no more
    second = load_answers(chosen.model_copy(update={"seed": 2, "model": "lenet5", "epochs": 9}), TEACHER)
    assert np.array_equal(first.images, second.images)
    assert len(kept(chosen)) == 1


def test_other_images_or_another_teacher_have_others(chosen: Options) -> None:
    load_answers(chosen, TEACHER)
    load_answers(chosen.model_copy(update={"augmentation": "mild"}), TEACHER)
    other = a_manifest().model_copy(update={"version": "2027-01-01.1"})
    write_model_version(chosen.models_dir, other, build_network("cnn"), b"")
    load_answers(chosen.model_copy(update={"teacher": other.reference}), TEACHER)
    assert len(kept(chosen)) == 3


def test_a_version_of_the_same_name_with_other_weights_has_others(chosen: Options) -> None:
    load_answers(chosen, TEACHER)
    shutil.rmtree(chosen.models_dir)
    write_model_version(chosen.models_dir, a_manifest(), build_network("cnn"), b"")
    load_answers(chosen, TEACHER)
    assert len(kept(chosen)) == 2


def test_damaged_answers_are_said_to_be_so(chosen: Options) -> None:
    load_answers(chosen, TEACHER)
    (file,) = chosen.data_dir.glob("answers/*/images.npy")
    file.write_bytes(b"")
    with pytest.raises(DataUnavailableError, match="are damaged"):
        load_answers(chosen, TEACHER)


def test_drawn_by_other_code_they_are_others(chosen: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    load_answers(chosen, TEACHER)
    monkeypatch.setattr(answers, "DRAWING_CODE", ("training/mixture.py",))
    load_answers(chosen, TEACHER)
    assert len(kept(chosen)) == 2


def test_they_do_not_depend_on_the_seed_of_the_run_that_comes_first(chosen: Options, tmp_path: Path) -> None:
    others = chosen.model_copy(update={"seed": 5, "data_dir": tmp_path / "elsewhere"})
    assert load_answers(chosen, TEACHER).hashes() == load_answers(others, TEACHER).hashes()


def test_a_drawing_that_was_killed_is_begun_again(chosen: Options) -> None:
    load_answers(chosen, TEACHER)
    (whole,) = kept(chosen)
    whole.rename(whole.with_suffix(".drawing"))
    assert len(load_answers(chosen, TEACHER)) == 68
    assert kept(chosen) == [whole]


def test_a_file_of_strokes_that_is_missing_is_said(chosen: Options, tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="no pen strokes"):
        load_answers(chosen.model_copy(update={"pen_digits": tmp_path / "nowhere"}), TEACHER)


def test_half_of_a_drawing_that_failed_is_never_read(chosen: Options) -> None:
    class Failing(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            raise MemoryError

    with pytest.raises(MemoryError):
        load_answers(chosen, Teacher(Failing(), Normalisation()))
    assert [path.suffix for path in kept(chosen)] == [".drawing"]
    assert len(load_answers(chosen, TEACHER)) == 68


def test_a_student_learns_what_was_answered(chosen: Options) -> None:
    learning = chosen.model_copy(update={"epochs": 12, "learning_rate": 5e-3, "teacher_share": 1.0})
    data = TrainingData(learning, load_answers(learning, Teacher(Swapped(), Normalisation())), {"bars": bars(32)})
    student = fit(learning, open_run(learning), data)
    logits = compute_logits(student.network, student.normalise, bars(8).images)
    assert (logits.argmax(1).numpy() == 1 - bars(8).labels).all()  # the labels said otherwise


def test_a_killed_student_ends_with_the_weights_it_would_have_had(chosen: Options, tmp_path: Path) -> None:
    learning = chosen.model_copy(update={"epochs": 4, "run": "r"})
    whole = state_of(fit_on_answers(learning.model_copy(update={"results_dir": tmp_path / "whole"})))
    with pytest.raises(KilledError):
        fit_on_answers(learning, KillIn(epoch=2))
    resumed = state_of(fit_on_answers(learning.model_copy(update={"resume": True})))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def fit_on_answers(learning: Options, *callbacks: Callback) -> nn.Module:
    data = TrainingData(learning, load_answers(learning, TEACHER), {"bars": bars(32)})
    return fit(learning, open_run(learning), data, callbacks).network


class Swapped(nn.Module):
    """Takes lying bars for ones and upright ones for zeros."""

    def forward(self, images: Tensor) -> Tensor:
        upright, lying = images[:, 0, 4:24, 12:16].mean((1, 2)), images[:, 0, 12:16, 4:24].mean((1, 2))
        return torch.cat([torch.stack([upright, lying], 1) * 10, torch.full((len(images), 8), -10.0)], 1)


def test_a_teacher_is_needed_and_data_that_stay_what_they_are(chosen: Options) -> None:
    with pytest.raises(DataUnavailableError, match="--teacher"):
        load_answers(chosen, None)
    with pytest.raises(DataUnavailableError, match="Labelled drawings grow"):
        load_answers(chosen.model_copy(update={"dataset": ["labelled_drawings"]}), TEACHER)
