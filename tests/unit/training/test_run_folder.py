"""Run folders: a stopped run continues, a finished one is left alone."""

from pathlib import Path

import pytest

from training.errors import RunError
from training.run_folder import open_run


def test_a_new_recipe_gets_run_number_one(tmp_path: Path) -> None:
    assert open_run(tmp_path, "best").folder.name == "best-1"


def test_an_unfinished_run_continues_and_a_finished_one_is_followed_by_a_new_one(tmp_path: Path) -> None:
    first = open_run(tmp_path, "best")
    first.folder.mkdir()
    assert open_run(tmp_path, "best") == first
    first.finished.write_text("published as best/1")
    assert open_run(tmp_path, "best").folder.name == "best-2"


def test_runs_of_recipes_with_similar_names_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "best-new-7").mkdir()
    assert open_run(tmp_path, "best").folder.name == "best-1"


def test_a_named_run_that_is_finished_is_not_overwritten(tmp_path: Path) -> None:
    run = open_run(tmp_path, "best", "mine")
    run.folder.mkdir()
    run.finished.write_text("published as best/1")
    with pytest.raises(RunError, match="published as best/1"):
        open_run(tmp_path, "best", "mine")


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp"])
def test_a_run_is_a_folder_under_results(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match="without slashes"):
        open_run(tmp_path, "best", name)


def test_a_recipe_may_have_characters_that_patterns_use(tmp_path: Path) -> None:
    run = open_run(tmp_path, "best [1]")
    run.folder.mkdir()
    run.finished.write_text("not published")
    assert open_run(tmp_path, "best [1]").folder.name == "best [1]-2"


def test_a_second_process_does_not_train_in_the_same_folder(tmp_path: Path) -> None:
    run = open_run(tmp_path, "best")
    with run.lock(), pytest.raises(RunError, match="Another process trains"), open_run(tmp_path, "best").lock():
        pass
    with open_run(tmp_path, "best").lock():
        pass


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_damaged_versions_are_reported(tmp_path: Path, content: str) -> None:
    run = open_run(tmp_path, "best")
    run.folder.mkdir()
    assert run.read_versions() == {}
    run.write_versions({"best": "best/1"})
    assert run.read_versions() == {"best": "best/1"}
    run.versions.write_text(content)
    with pytest.raises(RunError, match="damaged"):
        run.read_versions()
