"""What goes wrong around a refinement is said in a sentence, costs one night at most, and keeps nobody's drawings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.recognition.journal import read_journal
from tests.full_disk import files_end_after
from tests.integration.training.refine.world import current_of, people, thin_bars
from training.errors import DataUnavailableError, UnusableRunError
from training.refine import __main__ as command
from training.refine.fetch import FROZEN
from training.refine.lock import REFINE_LOCK, refine_alone
from training.refine.options import Options
from training.refine.outcome import Outcome
from training.refine.run_record import RECORD
from training.run_folder import RunFolder

Refine = Callable[..., int]
HELD_BACK = Outcome("held_back", "Not published, because mnist got worse.", details={"labels_sha256": "1"})


@pytest.fixture
def refine(options: Options, monkeypatch: pytest.MonkeyPatch) -> Refine:
    """Return the command for the test's own folders. Storage has the labels of 150 bars."""
    given = [f"--{name}-dir={getattr(options, f'{name}_dir')}" for name in ("data", "models", "results")]
    monkeypatch.setattr(command, "fetch_drawings", lambda *_: people(thin_bars(150)))
    monkeypatch.setattr(command, "send_suspected", lambda *_: None)
    return lambda *arguments: command.main([*given, "--model=mlp", *arguments])


def learning(monkeypatch: pytest.MonkeyPatch, *ends: Outcome | Exception) -> None:
    """Let the runs end so, one after the other, without learning."""
    following = iter(ends)

    def end(*_: object) -> Outcome:
        how = next(following)
        if isinstance(how, Exception):
            raise how
        return how

    monkeypatch.setattr(command, "learn_and_publish", end)


def ended(options: Options) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in options.results_dir.glob("*/finished")}


def copies(options: Options) -> list[Path]:
    return list(options.results_dir.rglob(f"{Path(FROZEN).stem}.*"))


def test_a_second_refinement_at_once_is_refused(
    refine: Refine, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    with refine_alone(options.models_dir, "mlp"):
        assert refine() == 1
        assert refine("--run=another") == 1
    assert "Another process refines mlp" in capsys.readouterr().err
    assert not options.results_dir.exists()


def test_a_models_folder_that_cannot_be_written_ends_it_before_anything_is_learned(
    refine: Refine, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    (options.models_dir / "mlp" / REFINE_LOCK).mkdir()  # as if read-only, which root would not notice
    assert refine() == 1
    assert "can't be written (Is a directory), so nothing was learned" in capsys.readouterr().err
    assert not options.results_dir.exists()


@pytest.mark.parametrize("content", ["2020-01-01.1", "../x", ""], ids=["gone", "no version", "empty"])
def test_without_a_version_in_use_it_says_how_to_choose_one(
    refine: Refine, options: Options, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    (options.models_dir / "mlp" / "current").write_text(content)
    assert refine() == 1
    said = capsys.readouterr().err
    assert "`python -m training.promotion list` shows" in said
    assert len(said.splitlines()) == 1


def test_a_model_that_does_not_exist_gets_no_folder(refine: Refine, options: Options) -> None:
    assert refine("--model=nobody") == 1
    assert not (options.models_dir / "nobody").exists()


def test_what_fails_before_anything_was_learned_keeps_nothing(
    refine: Refine, options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learning(monkeypatch, DataUnavailableError("MNIST is missing: run make data."), HELD_BACK)
    assert refine() == 1
    assert "MNIST is missing" in capsys.readouterr().err
    assert copies(options) == list(options.results_dir.rglob(RECORD)) == []
    assert refine() == 0
    assert ended(options) == {"refine-mlp-1": HELD_BACK.message}  # the same run, with the labels of today


def test_a_run_that_cannot_be_continued_makes_room_for_another(
    refine: Refine, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning(monkeypatch, UnusableRunError("last.ckpt is damaged."), HELD_BACK)
    assert refine() == 0
    assert ended(options) == {"refine-mlp-1": "given up: last.ckpt is damaged.", "refine-mlp-2": HELD_BACK.message}
    assert copies(options) == []


def test_a_named_run_that_cannot_be_continued_is_left_to_its_owner(
    refine: Refine, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning(monkeypatch, UnusableRunError("last.ckpt is damaged."))
    assert refine("--run=mine") == 1
    assert ended(options) == {}


@pytest.mark.parametrize("content", ["", "{", '{"start": 7}'])
def test_damaged_records_of_other_runs_cost_nothing(
    refine: Refine, options: Options, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    learning(monkeypatch, HELD_BACK)
    for number in (1, 2):
        folder = options.results_dir / f"refine-mlp-{number}"
        folder.mkdir(parents=True)
        (folder / RECORD).write_text(content)
    RunFolder(options.results_dir / "refine-mlp-1").finish("mlp/1 is in use now.")
    assert refine() == 0
    assert sorted(ended(options)) == ["refine-mlp-1", "refine-mlp-2", "refine-mlp-3"]
    assert "refinement.json is damaged" in ended(options)["refine-mlp-2"]


def test_an_ending_is_written_once_and_the_same_labels_are_not_new_again(
    refine: Refine, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning(monkeypatch, HELD_BACK, HELD_BACK)
    assert refine() == 0
    (options.results_dir / "refine-mlp-1" / "finished").unlink()  # as if killed between the journal and this
    (options.results_dir / "refine-mlp-1" / RECORD).unlink()
    assert refine() == 0
    assert refine() == 0
    events = [entry.event for entry in read_journal(options.models_dir, "mlp")]
    assert events[-2:] == ["held_back", "nothing_to_learn"]
    assert events.count("held_back") == 1


def test_after_a_full_disk_the_same_command_goes_on(
    refine: Refine, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    before = current_of(options).reference
    for size in (5_000, 100_000):  # less than the drawings have, and less than a checkpoint
        with files_end_after(size):
            assert refine() == 1
        assert "the same command continues" in capsys.readouterr().err
        assert current_of(options).reference == before
    assert refine() == 0
    assert current_of(options).reference != before
    assert copies(options) == []
