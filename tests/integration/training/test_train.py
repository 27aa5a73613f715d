"""From the command to the published version, on files of MNIST's format that hold two easy digits."""

import hashlib
import json
from pathlib import Path

import pytest

from shared.recognition.model_version import find_manifest
from tests.integration.training.toy import bars
from tests.unit.training.datasets.idx import write_idx
from training.datasets import mnist
from training.datasets.mnist import MD5_OF, raw_dir
from training.evaluation import slices
from training.train import main

PICTURES = {"loss", "accuracy", "confusion_matrix", "reliability", "worst_mistakes", "test_predictions"}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that keep a run in its folder; 64 bars to train on, 200 to validate, 40 to test."""
    monkeypatch.setattr(mnist, "VALIDATION_IMAGES", 200)
    monkeypatch.setattr(slices, "NOT_DIGITS_PER_KIND", 4)
    parts = {"train": bars(264), "t10k": bars(40)}
    for name in MD5_OF:
        part, kind, *_ = name.split("-")
        array = parts[part].images if kind == "images" else parts[part].labels.astype("uint8")
        content = write_idx(raw_dir(tmp_path / "data") / name, array)
        monkeypatch.setitem(mnist.MD5_OF, name, hashlib.md5(content, usedforsecurity=False).hexdigest())
    folders = [f"--{name}-dir={tmp_path / name}" for name in ("data", "models", "results")]
    quick = ["--model=mlp", "--epochs=2", "--batch=16", "--tracker=none", "--accelerator=cpu", "--not-digit-weight=0"]
    return [*folders, *quick]


def test_a_training_ends_in_a_version_in_use(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*places, "--run=first"]) == 0
    manifest = find_manifest(tmp_path / "models", "mlp")
    assert manifest.reference in capsys.readouterr().out
    assert set(manifest.metrics) == {"mnist", "mnist_pictures", "uploads", "not_digits"}
    assert manifest.recipe["epochs"] == 2
    folder = tmp_path / "results" / "first"
    assert (folder / "published").read_text() == manifest.reference
    assert {path.stem for path in folder.glob("*.png")} == PICTURES
    assert json.loads((folder / "options.json").read_text())["data"] == manifest.data


def test_digits_in_files_are_learned_from_too(places: list[str], tmp_path: Path) -> None:
    assert main([*places, "--run=first", "--pictures"]) == 0
    manifest = find_manifest(tmp_path / "models", "mlp")
    assert set(manifest.data) == {"mnist", "uploads"}
    assert manifest.recipe["pictures"] is True


def test_a_version_is_corrected_by_going_on_from_it_after_a_teacher(places: list[str], tmp_path: Path) -> None:
    assert main([*places, "--run=first"]) == 0
    first = find_manifest(tmp_path / "models", "mlp")
    assert main([*places, "--run=second", f"--start-from={first.reference}", "--teacher=mlp"]) == 0
    versions = sorted(path.name for path in (tmp_path / "models" / "mlp").iterdir() if path.is_dir())
    assert len(versions) == 2


def test_students_of_one_teacher_learn_from_the_same_answers(places: list[str], tmp_path: Path) -> None:
    assert main([*places, "--run=first"]) == 0
    students = [*places, "--teacher=mlp", "--answered-epochs=2"]
    assert main([*students, "--run=second", "--seed=2"]) == 0
    second = find_manifest(tmp_path / "models", (tmp_path / "results" / "second" / "published").read_text())
    (folder,) = (path for path in (tmp_path / "data" / "answers").iterdir() if path.is_dir())
    assert json.loads((folder / "answers.json").read_text())["data"] == second.data
    assert set(second.data) == {"mnist", "answers"}


def test_a_run_goes_on_with_the_versions_that_it_began_with(places: list[str], tmp_path: Path) -> None:
    assert main([*places, "--run=first"]) == 0
    first = find_manifest(tmp_path / "models", "mlp")
    assert main([*places, "--run=second", "--start-from=mlp", "--teacher=mlp", "--no-publish"]) == 0
    begun = json.loads((tmp_path / "results" / "second" / "options.json").read_text())
    assert (begun["start_from"], begun["teacher"]) == (first.reference, first.reference)


def test_without_publishing_nothing_is_written_to_models(places: list[str], tmp_path: Path) -> None:
    assert main([*places, "--run=dry", "--no-publish"]) == 0
    assert not (tmp_path / "models").exists()


def test_what_is_missing_is_said_in_a_sentence(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*places, "--run=lost", "--teacher=nobody"]) == 1
    assert main([*places, "--resume", "--run=lost"]) == 1
    told = capsys.readouterr().err
    assert "nobody" in told
    assert "nothing to resume" in told
