"""The command line of training: typed, with a reason for every default."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import CliApp

from training.errors import DataUnavailableError
from training.logs import configure_logs
from training.data.mixture import is_clean, load_training
from training.options import Options
from training.train import main


def test_every_option_says_why_its_default_is_what_it_is() -> None:
    assert [name for name, field in Options.model_fields.items() if not field.description] == []


def test_options_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    options = CliApp.run(Options, ["--dataset", "mnist,pen_strokes", "--learning-rate", "1e-3", "--no-publish"])
    assert (options.dataset, options.learning_rate, options.publish) == (["mnist", "pen_strokes"], 1e-3, False)


def test_the_environment_names_the_pen_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEN_DIGITS", "strokes.jsonl.gz")
    assert Options().pen_digits == Path("strokes.jsonl.gz")
    assert Options(pen_digits=Path("other")).pen_digits == Path("other")


def test_an_option_from_the_environment_has_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "vit")
    monkeypatch.setenv("TRAINING_BATCH", "64")
    assert (Options().model, Options().batch) == ("cnn", 64)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "0"], "--epochs: Input should be greater than 0."),
        (["--learning-rate", "fast"], "--learning-rate: Input should be a valid number, unable to parse string"),
        (["--learning-rate", "inf"], "--learning-rate: Input should be a finite number."),
        (["--model", "resnet"], "--model: Input should be 'cnn', 'mlp'"),
        (["--start-share", "0.5"], "start_share needs a version to start_from."),
        (["--teacher-share", "0.5"], "teacher_share and teacher_temperature need a teacher."),
        (["--dataset", "mnist,mnist"], "dataset names one of them twice."),
        (["--dataset", "qmnist", "--pictures"], "pictures are drawn of mnist and pen_strokes, and neither is there."),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--storage-token", "a-secret"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(sentence)
    assert said.count("\n") == 1
    assert "a-secret" not in said


def test_a_folder_that_can_not_be_made_is_said_before_any_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--results-dir", str(tmp_path / "file"), "--data-dir", str(tmp_path)]) == 1
    assert "File exists" in capsys.readouterr().err


def test_a_judge_has_something_to_judge() -> None:
    with pytest.raises(ValidationError, match="pen_strokes"):
        Options(judge="best")


def test_missing_data_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(tmp_path)]) == 1
    assert "make data" in capsys.readouterr().err


def test_the_manifest_s_recipe_holds_no_paths_and_no_secrets() -> None:
    recipe = Options(storage_token="secret", pen_digits=Path("home/strokes")).recipe()
    assert "secret" not in str(recipe)
    assert "home" not in str(recipe)
    assert recipe["dataset"] == "mnist"


@pytest.mark.parametrize("other", ["qmnist", "emnist"])
def test_what_was_made_from_the_same_forms_is_not_mixed(other: str) -> None:
    with pytest.raises(DataUnavailableError, match="one of them"):
        load_training(Options(dataset=["mnist", other]))  # type: ignore[list-item]


def test_emnist_spoils_mnist_s_test_images_and_nothing_else() -> None:
    emnist, mnist = Options(dataset=["emnist"]), Options(dataset=["mnist"])
    assert not is_clean("uploads", emnist)
    assert is_clean("photographs", emnist)
    assert is_clean("uploads", mnist)


def test_pen_strokes_need_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    with pytest.raises(DataUnavailableError, match="--pen-digits"):
        load_training(Options(dataset=["mnist", "pen_strokes"]))


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "debug"), ("LOG_LEVEL_DEBUG", "1")])
def test_logs_say_more_when_asked(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    import logging

    monkeypatch.setenv(name, value)
    configure_logs()
    assert logging.getLogger("training").level == logging.DEBUG
    monkeypatch.delenv(name)
    configure_logs()
    assert logging.getLogger("training").level == logging.INFO
