"""The options of training commands, and the sentences that report what is wrong with them."""

import logging
from pathlib import Path

import pytest
from pydantic_settings import CliApp

from training.command_line import STOPPED, run_command
from training.logs import configure_logs
from training.options import DataOptions, TrainingOptions
from training.train import Options, main


def test_every_option_has_a_description() -> None:
    assert [name for name, field in Options.model_fields.items() if not field.description] == []


def test_the_environment_names_the_pen_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEN_DIGITS", "strokes.jsonl.gz")
    assert TrainingOptions().pen_digits == (Path("strokes.jsonl.gz"),)
    assert TrainingOptions(pen_digits=Path("other")).pen_digits == (Path("other"),)


def test_several_files_of_pen_digits_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliApp.run(DataOptions, ["--pen-digits", "a", "--pen-digits=b"]).pen_digits == (Path("a"), Path("b"))
    monkeypatch.setenv("PEN_DIGITS", "a,b")
    assert DataOptions().pen_digits == (Path("a"), Path("b"))


def test_an_option_from_the_environment_has_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECIPE", "vit")
    monkeypatch.setenv("TRAINING_EPOCHS", "3")
    assert (Options().recipe, Options().epochs) == ("mnist", 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "0"], "--epochs: Input should be greater than 0."),
        (["--epochs", "many"], "--epochs: Input should be a valid integer"),
        (["--tracker", "mlflow"], "--tracker: Input should be 'tensorboard', 'wandb' or 'none'."),
        (["--recipe", "resnet"], "There is no recipe resnet. Known recipes: best, cnn, "),
        (["--run", "../elsewhere"], "--run ../elsewhere: give the name of a folder under results"),
        (["--run", "/elsewhere"], "--run /elsewhere: give the name of a folder under results"),
    ],
)
def test_a_wrong_option_is_reported_in_one_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--storage-token", "a-secret"]) == 1
    message = capsys.readouterr().err
    assert message.startswith(sentence)
    assert message.count("\n") == 1
    assert "a-secret" not in message


def test_a_results_folder_that_cannot_be_created_is_reported_before_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--results-dir", str(tmp_path / "file"), "--data-dir", str(tmp_path)]) == 1
    assert "Not a directory" in capsys.readouterr().err


def test_missing_data_are_reported_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(tmp_path), "--results-dir", str(tmp_path / "results")]) == 1
    assert "make data" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "debug"), ("LOG_LEVEL_DEBUG", "1")])
def test_logs_show_more_when_asked(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    configure_logs()
    assert logging.getLogger("training").level == logging.DEBUG
    monkeypatch.delenv(name)
    configure_logs()
    assert logging.getLogger("training").level == logging.INFO


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEN_DIGITS", "")
    assert DataOptions().pen_digits == ()


def test_ctrl_c_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def stop(_: DataOptions) -> None:
        raise KeyboardInterrupt

    assert run_command(DataOptions, stop, []) == STOPPED
    assert capsys.readouterr().err == "Stopped.\n"
