"""Images drawn and answered once for all students of a teacher: stored whole, shared, and learned from."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning.pytorch import Callback
from torch import Tensor, nn

from shared.recognition.architectures import build_network
from shared.recognition.normalisation import Normalisation
from tests.unit.recognition.test_model_version import a_manifest
from tests.unit.training.learning.test_fitting import KilledError, KillIn
from tests.unit.training.toy_data import bars, options, pen_character, quick_settings, state_of
from training.data import answers
from training.data.answers import Answers, load_answers
from training.data.label_filter import Answer
from training.data.labelled_images import NOT_A_DIGIT
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source
from training.errors import DataUnavailableError
from training.evaluation.measures import compute_logits
from training.learning.data_module import TrainingData
from training.learning.fitting import fit
from training.learning.step_folder import StepFolder
from training.learning.teacher import Teacher
from training.options import TrainingOptions
from training.publishing.folder import write_model_version
from training.recipes.recipe import Settings


class AlwaysThree(nn.Module):
    """Reads every image as a three, with a logit that grows with the amount of ink."""

    def forward(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 10)
        logits[:, 3] = images.mean((1, 2, 3))
        return logits


TEACHER = Teacher(AlwaysThree(), Normalisation())


@dataclass(frozen=True)
class Student:
    """The settings and folders of a student."""

    settings: Settings
    options: TrainingOptions

    def changed(self, **changes: object) -> "Student":
        return replace(self, settings=self.settings.model_copy(update=changes))

    def load(self, teacher: Answer = TEACHER) -> Answers:
        return load_answers(self.settings, self.options, teacher)

    def stored(self) -> list[Path]:
        return sorted(path for path in (self.options.data_dir / "answers").iterdir() if path.suffix != ".lock")

    def fit(self, folder: Path, *callbacks: Callback, teacher: Answer = TEACHER) -> nn.Module:
        data = TrainingData(self.settings, self.load(teacher), {"bars": bars(32)})
        return fit(self.settings, StepFolder(folder), data, callbacks=callbacks)


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Student:
    """Two epochs of 64 bars and four letters, answered by a version that exists."""
    write_model_version(tmp_path / "models", a_manifest(), build_network("cnn"), b"")
    letters = [pen_character("f")] * 4
    parts = [Part("bars", as_image_source(bars(64))), Part("letters", as_stroke_source(letters))]
    monkeypatch.setattr(answers, "load_training", lambda *_: Mixture(parts))
    return Student(quick_settings(teacher=a_manifest().reference, answered_epochs=2), options(tmp_path))


def test_every_image_of_every_epoch_is_stored_with_its_answer(student: Student) -> None:
    loaded = student.load()
    assert len(loaded) == 68
    assert sorted(loaded.hashes()) == ["answers", "bars", "letters"]
    for epoch in (0, 1):
        images, labels, logits = loaded.read(torch.arange(68), epoch)
        assert sorted(labels.tolist()) == [NOT_A_DIGIT] * 4 + [0] * 32 + [1] * 32
        torch.testing.assert_close(TEACHER(images), logits, atol=0.02, rtol=0)


def test_epochs_differ_and_start_over_after_the_last(student: Student) -> None:
    loaded = student.load()
    first, second, third = (loaded.read(torch.arange(8), epoch)[0] for epoch in (0, 1, 2))
    assert not torch.equal(first, second)
    assert torch.equal(first, third)


def test_students_with_another_seed_or_architecture_share_them(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = student.load()
    monkeypatch.setattr(answers, "load_training", None)  # nothing is drawn again
    second = student.changed(seed=2, architecture="lenet5", epochs=9).load()
    assert np.array_equal(first.images, second.images)
    assert len(student.stored()) == 1


def test_other_images_or_another_teacher_need_other_answers(student: Student) -> None:
    student.load()
    student.changed(augmentation="mild").load()
    other = a_manifest().model_copy(update={"version": "2027-01-01.1"})
    write_model_version(student.options.models_dir, other, build_network("cnn"), b"")
    student.changed(teacher=other.reference).load()
    assert len(student.stored()) == 3


def test_other_weights_under_the_same_version_need_other_answers(student: Student) -> None:
    student.load()
    shutil.rmtree(student.options.models_dir)
    write_model_version(student.options.models_dir, a_manifest(), build_network("cnn"), b"")
    student.load()
    assert len(student.stored()) == 2


def test_damaged_answers_are_reported(student: Student) -> None:
    student.load()
    (file,) = student.options.data_dir.glob("answers/*/images.npy")
    file.write_bytes(b"")
    with pytest.raises(DataUnavailableError, match="are damaged"):
        student.load()


def test_other_drawing_code_needs_other_answers(student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    student.load()
    monkeypatch.setattr(answers, "DRAWING_CODE", ("training/data/mixture.py",))
    student.load()
    assert len(student.stored()) == 2


def test_answers_do_not_depend_on_the_seed_of_the_first_student(student: Student, tmp_path: Path) -> None:
    other = replace(student.changed(seed=5), options=student.options.model_copy(update={"data_dir": tmp_path / "x"}))
    assert student.load().hashes() == other.load().hashes()


def test_a_killed_preparation_starts_again(student: Student) -> None:
    student.load()
    (whole,) = student.stored()
    whole.rename(whole.with_suffix(".drawing"))
    assert len(student.load()) == 68
    assert student.stored() == [whole]


def test_a_missing_file_of_strokes_is_reported(student: Student, tmp_path: Path) -> None:
    missing = replace(student, options=student.options.model_copy(update={"pen_digits": (tmp_path / "nowhere",)}))
    with pytest.raises(DataUnavailableError, match="pen strokes or doodles cannot be read"):
        missing.load()


def test_answers_of_a_failed_preparation_are_never_read(student: Student) -> None:
    class Failing(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            raise MemoryError

    with pytest.raises(MemoryError):
        student.load(Teacher(Failing(), Normalisation()))
    assert [path.suffix for path in student.stored()] == [".drawing"]
    assert len(student.load()) == 68


class Swapped(nn.Module):
    """Reads lying bars as ones and upright bars as zeros."""

    def forward(self, images: Tensor) -> Tensor:
        upright, lying = images[:, 0, 4:24, 12:16].mean((1, 2)), images[:, 0, 12:16, 4:24].mean((1, 2))
        return torch.cat([torch.stack([upright, lying], 1) * 10, torch.full((len(images), 8), -10.0)], 1)


def test_a_student_learns_the_answers(student: Student, tmp_path: Path) -> None:
    learner = student.changed(epochs=12, learning_rate=5e-3, teacher_share=1.0)
    network = learner.fit(tmp_path / "step", teacher=Teacher(Swapped(), Normalisation()))
    logits = compute_logits(network, Normalisation(), bars(8).images)
    assert (logits.argmax(1) == 1 - bars(8).labels).all()  # the labels say the opposite


def test_a_killed_student_ends_with_the_weights_it_would_have_had(student: Student, tmp_path: Path) -> None:
    learner = student.changed(epochs=4)
    whole = state_of(learner.fit(tmp_path / "whole"))
    with pytest.raises(KilledError):
        learner.fit(tmp_path / "killed", KillIn(epoch=2))
    continued = state_of(learner.fit(tmp_path / "killed"))
    assert all(torch.equal(whole[name], continued[name]) for name in whole)


def test_growing_data_cannot_be_answered_in_advance(student: Student) -> None:
    with pytest.raises(DataUnavailableError, match="labelled_drawings grow"):
        student.changed(dataset=("labelled_drawings",)).load()
