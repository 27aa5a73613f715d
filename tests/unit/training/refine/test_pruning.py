"""Old refined versions are removed, and nothing that anybody needs."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.recognition.journal import read_journal
from shared.recognition.model_version import MANIFEST, ModelVersionError, list_versions, set_current
from shared.recognition.promotion import begin_shadow, promote
from tests.written_versions import write_copies
from training.refine.pruning import prune

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """mlp/0, which a person trained, and mlp/1 to mlp/9, each refined from the one before; 9 is in use."""
    write_copies(tmp_path, "mlp", *map(str, range(10)))
    write_copies(tmp_path, "other", "1")
    for day in range(10):
        refined = {"recipe_name": "refine", "recipe": {"start_from": f"mlp/{day - 1}"}} if day else {}
        change(tmp_path, day, **refined)
    set_current(tmp_path, "mlp", "9")
    return tmp_path


def change(models: Path, day: int, **changes: object) -> None:
    manifest = models / "mlp" / str(day) / MANIFEST
    content = json.loads(manifest.read_text()) | {"created_at": (BEGIN + timedelta(days=day)).isoformat()} | changes
    manifest.write_text(json.dumps(content))


def left(models: Path) -> str:
    return "".join(version for name, version in list_versions(models) if name == "mlp")


def test_the_newest_are_kept_with_what_the_oldest_of_them_started_from(models: Path) -> None:
    assert prune(models, "mlp", 3) == ["1", "2", "3", "4", "5"]
    assert left(models) == "06789"
    assert [(entry.event, entry.version) for entry in read_journal(models, "mlp")] == [
        ("removed", version) for version in "12345"
    ]
    assert prune(models, "mlp", 3) == []


def test_with_few_versions_nothing_is_removed(models: Path) -> None:
    assert prune(models, "mlp", 9) == []
    assert prune(models, "mlp", 100) == []
    assert read_journal(models, "mlp") == []


def test_what_a_person_trained_is_kept(models: Path) -> None:
    for day in (2, 5):
        change(models, day, recipe_name="cnn", recipe={})
    prune(models, "mlp", 1)
    assert left(models) == "02589"


def test_the_version_in_use_and_the_one_before_are_kept_however_old(models: Path) -> None:
    set_current(models, "mlp", "2")
    promote(models, "mlp", "5", who="Ada", why="better")
    prune(models, "mlp", 1)
    assert left(models) == "0124589"  # with what they started from


def test_a_shadow_of_another_model_is_kept(models: Path) -> None:
    begin_shadow(models, "other", "mlp/3", who="Ada", why="compare")
    prune(models, "mlp", 1)
    assert left(models) == "02389"


def test_the_version_of_the_setting_is_kept(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_DEFAULT_MODEL", "mlp/3")
    prune(models, "mlp", 1)
    assert left(models) == "02389"


def test_what_a_recipe_names_is_kept(models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "own.toml").write_text('model = "x"\n[settings]\nteacher = "mlp/3"\n[[steps]]\nlabel_filter = "mlp/4"\n')
    monkeypatch.setattr("training.refine.pruning.FOLDER", recipes)
    prune(models, "mlp", 1)
    assert left(models) == "023489"


def test_another_model_that_was_taught_by_a_version_keeps_it(models: Path) -> None:
    manifest = models / "other" / "1" / MANIFEST
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"recipe": {"teacher": "mlp/4"}}))
    prune(models, "mlp", 1)
    assert left(models) == "0489"


def test_a_broken_version_is_left_alone(models: Path) -> None:
    (models / "mlp" / "3" / MANIFEST).write_text("{")
    prune(models, "mlp", 1)
    assert left(models) == "0389"


def test_a_removal_that_was_killed_is_finished(models: Path) -> None:
    (models / "mlp" / "1").rename(models / "mlp" / ".removing-1")
    assert prune(models, "mlp", 9) == []
    assert not (models / "mlp" / ".removing-1").exists()
    [entry] = read_journal(models, "mlp")
    assert (entry.event, entry.version) == ("removed", "1")
    (models / "mlp" / ".removing-1").mkdir()  # killed between the journal and the last file
    prune(models, "mlp", 9)
    assert len(read_journal(models, "mlp")) == 1


def test_half_a_version_of_a_killed_process_is_removed_after_a_day(models: Path) -> None:
    for name, age_s in (("young", 0), ("old", 25 * 3600)):
        folder = models / "mlp" / f".writing-{name}"
        folder.mkdir()
        (folder / "weights.safetensors").write_bytes(b"half")
        os.utime(folder, (time.time() - age_s,) * 2)
    prune(models, "mlp", 9)
    assert [path.name for path in (models / "mlp").glob(".writing-*")] == [".writing-young"]


def test_nothing_is_removed_while_the_version_in_use_is_gone(models: Path) -> None:
    (models / "mlp" / "current").write_text("8.lost")
    with pytest.raises(ModelVersionError, match=r"8\.lost"):
        prune(models, "mlp", 1)
    assert left(models) == "0123456789"


@pytest.mark.parametrize("content", ["", "../9", "a b"])
def test_nothing_is_removed_while_nobody_can_say_what_is_in_use(models: Path, content: str) -> None:
    (models / "mlp" / "current").write_text(content)
    with pytest.raises(ModelVersionError):
        prune(models, "mlp", 1)
    assert left(models) == "0123456789"


def test_the_shadow_of_a_model_whose_pointer_is_broken_is_kept(models: Path) -> None:
    begin_shadow(models, "other", "mlp/2", who="Ada", why="compare")
    (models / "other" / "current").write_text("")
    prune(models, "mlp", 1)
    assert "2" in left(models)
