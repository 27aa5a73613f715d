"""From the command to the published version, on files of MNIST's format that hold two easy digits."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from shared.recognition.model_version import MANIFEST, find_manifest, folder_of, set_current
from tests.integration.training.toy import bars
from tests.unit.training.data.idx import write_idx
from tests.unit.training.learning.test_fitting import KilledError
from training.data import mnist, slices
from training.data.mnist import MD5_OF, raw_dir
from training.drift.__main__ import main as describe_main
from training.learning import fitting
from training.train import main

PLOTS = {"loss", "accuracy", "confusion_matrix", "reliability", "worst_mistakes", "test_predictions"}


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the options that keep a run in tmp_path; 64 bars to train on, 200 to validate, 40 to test."""
    monkeypatch.setattr(mnist, "VALIDATION_IMAGES", 200)
    monkeypatch.setattr(slices, "SHAPES_PER_KIND", 4)
    splits = {"train": bars(264), "t10k": bars(40)}
    for name in MD5_OF:
        split, kind, *_ = name.split("-")
        array = splits[split].images if kind == "images" else splits[split].labels.astype("uint8")
        content = write_idx(raw_dir(tmp_path / "data") / name, array)
        monkeypatch.setitem(mnist.MD5_OF, name, hashlib.md5(content, usedforsecurity=False).hexdigest())
    return [*(f"--{name}-dir={tmp_path / name}" for name in ("data", "models", "results")), "--tracker=none"]


def recipe(tmp_path: Path, text: str = "", name: str = "toy") -> str:
    path = tmp_path / f"{name}.toml"
    path.write_text(
        'model = "mlp"\narchitecture = "mlp"\n[settings]\nepochs = 2\nbatch = 16\nnot_digit_weight = 0\n' + text
    )
    return f"--recipe={path}"


def test_a_training_ends_in_a_version_that_is_current(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    manifest = find_manifest(tmp_path / "models", "mlp")
    assert manifest.reference in capsys.readouterr().out
    assert set(manifest.metrics) == {"mnist", "mnist_pictures", "uploads", "not_digits"}
    assert (manifest.recipe_name, manifest.recipe["epochs"], manifest.lineage) == ("toy", 2, [])
    folder = tmp_path / "results" / "toy-1"
    assert (folder / "finished").read_text() == f"published as {manifest.reference}"
    assert {path.stem for path in folder.glob("*.png")} == PLOTS
    assert json.loads((folder / "step-1" / "settings.json").read_text())["data"] == manifest.data


def test_a_recipe_of_several_steps_continues_at_the_step_where_it_stopped(
    folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = "[[steps]]\n[[steps]]\npictures = true\nstart_share = 0.5\n"
    command = [*folders, recipe(tmp_path, steps)]
    with monkeypatch.context() as patched:
        patched.setattr("training.train.load_data", stop_at_step(2))
        with pytest.raises(KilledError):
            main(command)
    first = (tmp_path / "results" / "toy-1" / "step-1" / "weights.safetensors").stat().st_mtime_ns
    assert main(command) == 0
    assert (tmp_path / "results" / "toy-1" / "step-1" / "weights.safetensors").stat().st_mtime_ns == first
    manifest = find_manifest(tmp_path / "models", "mlp")
    assert set(manifest.data) == {"mnist", "uploads"}
    assert [step.trained for step in manifest.lineage] == ["toy, step 1"]
    assert manifest.recipe["start_from"] == "toy, step 1"
    assert set(manifest.lineage[0].data) == {"mnist"}


def stop_at_step(number: int):
    """Return a `load_data` that fails in that step."""
    from training.learning.data_module import load_data

    calls: list[object] = []

    def load_or_stop(*arguments):
        calls.append(arguments)
        if len(calls) == number:
            raise KilledError
        return load_data(*arguments)

    return load_or_stop


def test_a_student_starts_from_a_version_and_follows_a_teacher(folders: list[str], tmp_path: Path) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    first = find_manifest(tmp_path / "models", "mlp")
    text = f'start_from = "{first.reference}"\nteacher = "mlp"\n'
    assert main([*folders, recipe(tmp_path, text, "student")]) == 0
    (second,) = [path.name for path in (tmp_path / "models" / "mlp").glob("*.2")]
    manifest = find_manifest(tmp_path / "models", f"mlp/{second}")
    assert (manifest.recipe["start_from"], manifest.recipe["teacher"]) == (first.reference, first.reference)
    assert [step.trained for step in manifest.lineage] == [first.reference]


def test_students_of_one_teacher_learn_from_the_same_answers(folders: list[str], tmp_path: Path) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    assert main([*folders, recipe(tmp_path, 'teacher = "mlp"\nanswered_epochs = 2\nseed = 2\n', "student")]) == 0
    published = (tmp_path / "results" / "student-1" / "finished").read_text().removeprefix("published as ")
    second = find_manifest(tmp_path / "models", published)
    (folder,) = (path for path in (tmp_path / "data" / "answers").iterdir() if path.is_dir())
    assert json.loads((folder / "answers.json").read_text())["data"] == second.data
    assert set(second.data) == {"mnist", "answers"}


def test_without_publishing_nothing_is_written_to_models(folders: list[str], tmp_path: Path) -> None:
    assert main([*folders, recipe(tmp_path), "--no-publish"]) == 0
    assert not (tmp_path / "models").exists()
    assert (tmp_path / "results" / "toy-1" / "finished").read_text() == "not published"


def test_a_missing_version_is_reported_in_a_sentence(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*folders, recipe(tmp_path, 'teacher = "nobody"\n')]) == 1
    assert "nobody" in capsys.readouterr().err


def test_a_changed_recipe_does_not_continue_an_unfinished_run(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise fitting.RunError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(fitting, "run_trainer", fail)
        assert main([*folders, recipe(tmp_path)]) == 1
    assert main([*folders, recipe(tmp_path, "seed = 2\n")]) == 1
    assert "begun with other settings or data: seed." in capsys.readouterr().err


def stop_publishing(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_changed_recipe_does_not_publish_steps_that_were_trained_otherwise(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("training.train.publish", stop_publishing)
        assert main([*folders, recipe(tmp_path)]) == 1
    assert "The same command continues" in capsys.readouterr().err
    assert main([*folders, recipe(tmp_path, "seed = 2\n")]) == 1
    assert "begun with other settings or data: seed." in capsys.readouterr().err
    assert main([*folders, recipe(tmp_path)]) == 0


@pytest.mark.parametrize(("stopped", "changes"), [(1, True), (2, False)])
def test_a_version_published_meanwhile_does_not_change_a_run_that_has_begun(
    folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: int, changes: bool
) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    teacher = find_manifest(tmp_path / "models", "mlp").reference
    student = recipe(tmp_path, 'teacher = "mlp"\n[[steps]]\n[[steps]]\n', "student")
    with monkeypatch.context() as patched:
        patched.setattr("training.train.load_data", stop_at_step(stopped))
        with pytest.raises(KilledError):
            main([*folders, student])
    other = folder_of(tmp_path / "models", "mlp", "2000-01-01.1")
    shutil.copytree(tmp_path / "models" / teacher, other)
    manifest = json.loads((other / MANIFEST).read_text()) | {"version": other.name}
    (other / MANIFEST).write_text(json.dumps(manifest))
    set_current(tmp_path / "models", "mlp", other.name)
    assert main([*folders, student]) == 0
    published = (tmp_path / "results" / "student-1" / "finished").read_text().removeprefix("published as ")
    version = find_manifest(tmp_path / "models", published)
    expected = f"mlp/{other.name}" if changes else teacher
    assert version.recipe["teacher"] == version.lineage[-1].settings["teacher"] == expected


def test_a_version_that_a_later_step_needs_is_missed_before_the_first_step(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*folders, recipe(tmp_path, '[[steps]]\n[[steps]]\nteacher = "nobody"\n')]) == 1
    assert "nobody" in capsys.readouterr().err
    assert not (tmp_path / "results" / "toy-1" / "step-1").exists()


def test_a_version_is_published_with_counts_of_its_validation_data(folders: list[str], tmp_path: Path) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    manifest = find_manifest(tmp_path / "models", "mlp")
    assert set(manifest.distributions) == {"images"}
    assert set(manifest.distributions["images"]) == {"digit", "confidence", "digit_score", "line_width"}
    assert {sum(counts) for counts in manifest.distributions["images"].values()} == {200}


def test_describing_a_version_adds_only_the_counts_that_publishing_would_have_written(
    folders: list[str], tmp_path: Path
) -> None:
    assert main([*folders, recipe(tmp_path)]) == 0
    manifest = find_manifest(tmp_path / "models", "mlp")
    file = folder_of(tmp_path / "models", "mlp", manifest.version) / MANIFEST
    published = file.read_text()
    earlier = {name: value for name, value in json.loads(published).items() if name != "distributions"}
    file.write_text(json.dumps(earlier))
    assert describe_main(["describe", "mlp", *folders[:-1]]) == 0
    assert json.loads(file.read_text()) == json.loads(published)
