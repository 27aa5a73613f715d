"""`python -m training.promotion`: shows the objections, checks the files, moves the pointer, and tells storage."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import training.promotion.__main__ as command
from services.storage.app import create_app
from services.storage.settings import Settings
from shared.recognition.journal import read_journal
from shared.recognition.model_version import GRAPH, MANIFEST, WEIGHTS, read_current, read_default, read_shadow
from tests.integration.clients.listening import listening
from tests.network import CLOSED_URL
from tests.written_versions import write_copies

TOKEN = "the-token-of-the-installation"
OBJECTION = "letters: -1.20 points against mlp/1"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """mlp/1, which is in use, mlp/2, and mlp/3, which the gate held back; other/1."""
    monkeypatch.setenv("TRAINING_MODELS_DIR", str(tmp_path))
    write_copies(tmp_path, "mlp", "1", "2")
    write_copies(tmp_path, "mlp", "3", objections=(OBJECTION,))
    write_copies(tmp_path, "other", "1")
    return tmp_path


def change_manifest(folder: Path, **changes: object) -> None:
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


def run(*arguments: str, yes: bool = True) -> int:
    return command.main([*arguments, "--why", "reads sevens with a bar", "--who", "Ada", *(["--yes"] if yes else [])])


def test_a_promotion_is_in_the_journal_with_who_and_why(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("promote", "mlp/2") == 0
    assert read_current(models, "mlp") == "2"
    [entry] = read_journal(models, "mlp")
    assert (entry.event, entry.version, entry.who, entry.why) == ("promoted", "2", "Ada", "reads sevens with a bar")
    printed = capsys.readouterr().out
    assert "mlp/2 is in use." in printed
    assert "set STORAGE_TOKEN" in printed


def test_the_objections_of_the_gate_are_shown_before_anything_happens(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("promote", "mlp/3", yes=False) == 1  # the tests have no terminal
    said = capsys.readouterr()
    assert OBJECTION in said.out
    assert "--yes" in said.err
    assert read_current(models, "mlp") == "1"


@pytest.mark.parametrize(("answer", "version"), [("y", "3"), ("YES", "3"), ("", "1"), ("n", "1")])
def test_it_asks_on_a_terminal(models: Path, monkeypatch: pytest.MonkeyPatch, answer: str, version: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert run("promote", "mlp/3", yes=False) == (0 if version == "3" else 1)
    assert read_current(models, "mlp") == version


def test_one_goes_back_and_back_again(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("promote", "mlp/2")
    run("promote", "mlp/3")
    assert [run("back", "mlp"), read_current(models, "mlp")] == [0, "2"]
    assert [run("back", "mlp"), read_current(models, "mlp")] == [0, "1"]
    assert run("back", "mlp") == 1
    assert "names no version before" in capsys.readouterr().err


@pytest.mark.parametrize("file", [GRAPH, WEIGHTS])
def test_a_version_whose_files_were_changed_is_not_put_in_use(
    models: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    with (models / "mlp" / "2" / file).open("ab") as changed:
        changed.write(b"\0")
    assert run("promote", "mlp/2") == 1
    assert f"{file} is not as it was published" in capsys.readouterr().err
    assert read_current(models, "mlp") == "1"


@pytest.mark.parametrize("file", [GRAPH, WEIGHTS])
def test_an_older_version_without_hashes_must_load(models: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    change_manifest(models / "mlp" / "2", files={})
    (models / "mlp" / "2" / file).write_bytes(b"half a file")
    assert run("promote", "mlp/2") == 1
    (models / "mlp" / "2" / file).unlink()
    assert run("promote", "mlp/2") == 1
    assert f"{file} is missing" in capsys.readouterr().err
    assert read_current(models, "mlp") == "1"


def test_a_graph_that_answers_otherwise_than_its_weights_is_refused(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [foreign] = write_copies(models, "mlp", "4", of="lenet5")
    folder = models / "mlp" / "4"
    change_manifest(folder, files={}, architecture="mlp")
    (folder / WEIGHTS).write_bytes((models / "mlp" / "1" / WEIGHTS).read_bytes())
    assert run("promote", "mlp/4") == 1
    assert "differently from the network" in capsys.readouterr().err
    assert foreign.version not in read_current(models, "mlp")


@pytest.mark.parametrize("reference", ["mlp", "mlp/", "mlp/9", "nobody/1", "../mlp/1", "mlp/1"])
def test_what_cannot_be_put_in_use_is_refused_in_one_sentence(
    models: Path, capsys: pytest.CaptureFixture[str], reference: str
) -> None:
    assert run("promote", reference) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert read_journal(models, "mlp") == []


@pytest.mark.parametrize("why", ["", " ", "x" * 1001])
def test_a_change_needs_a_reason_of_a_usual_length(models: Path, why: str) -> None:
    assert command.main(["promote", "mlp/2", "--yes", "--why", why]) == 2
    assert read_current(models, "mlp") == "1"


def test_the_default_model_and_the_shadow_are_chosen(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("default", "other") == 0
    assert read_default(models) == "other"
    assert run("shadow", "other/1", "--of", "mlp") == 0
    assert read_shadow(models, "mlp") == "other/1"
    assert run("shadow", "--end", "--of", "mlp") == 0
    assert read_shadow(models, "mlp") is None
    assert run("shadow") == 1
    assert run("shadow", "mlp/2", "--end") == 1


def test_the_list_says_what_is_in_use_and_what_happened(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("promote", "mlp/2")
    run("shadow", "mlp/3")
    capsys.readouterr()
    assert command.main(["list"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:5] == [
        "mlp",
        "  mlp/1  in use before",
        "  mlp/2  in use",
        "  mlp/3  in shadow",
        f"      the gate: {OBJECTION}",
    ]
    assert "promoted 2 by Ada: reads sevens with a bar" in lines[5]
    assert lines[-2:] == ["other", "  other/1  in use"]


@pytest.fixture
def storage(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A running storage that the command is told of."""
    monkeypatch.setenv("STORAGE_TOKEN", TOKEN)
    app = create_app(Settings(database_url=database_url, token=TOKEN))
    with listening(app) as url:
        monkeypatch.setenv("STORAGE_URL", url)
        yield url


def test_storage_notes_the_change_in_its_audit(models: Path, storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("promote", "mlp/3") == 0
    assert "The journal and the audit of storage have it." in capsys.readouterr().out
    answer = httpx.get(f"{storage}/v1/audit", headers={"Authorization": f"Bearer {TOKEN}"})
    [entry] = answer.json()["entries"]
    assert (entry["who"], entry["action"]) == ("installation", "promotion_done")
    assert entry["details"] == {
        "action": "promote",
        "model": "mlp/3",
        "why": "reads sevens with a bar",
        "who": "Ada",
        "objections": OBJECTION,
    }


def test_very_many_long_objections_fit_into_the_audit(
    models: Path, storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_copies(models, "mlp", "4", objections=tuple(f"{number}: {'x' * 600}" for number in range(150)))
    assert run("promote", "mlp/4") == 0
    assert "The journal and the audit of storage have it." in capsys.readouterr().out


def test_a_storage_that_is_away_stops_nothing_and_is_named(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORAGE_TOKEN", TOKEN)
    monkeypatch.setenv("STORAGE_URL", CLOSED_URL)
    assert run("promote", "mlp/2") == 0
    assert read_current(models, "mlp") == "2"
    printed = capsys.readouterr().out
    assert f"The audit of storage at {CLOSED_URL} does not" in printed
    assert TOKEN not in printed
