"""Files and folders become the names of the pictures to read."""

from collections import Counter
from pathlib import Path

import pytest

from shared.clients.read.pictures import find_pictures, name_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.png", "a/z.JPG", "a/y.webp", "notes.txt", "scan.tif", "more.tif", ".hidden.png", ".cache/x.png"):
        file = tmp_path / "forms" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_searched_for_pictures_and_the_rest_is_counted(folder: Path) -> None:
    found = find_pictures(["forms"])
    assert found.names == ["forms/b.png", "forms/a/y.webp", "forms/a/z.JPG"]
    assert found.left_out == Counter({".tif": 2, ".txt": 1})


def test_a_file_that_is_named_is_taken_whatever_its_name_is(folder: Path) -> None:
    assert find_pictures(["forms/scan.tif"]).names == ["forms/scan.tif"]


def test_a_picture_that_is_named_twice_is_read_once(folder: Path) -> None:
    assert find_pictures(["forms/b.png", "./forms/", "forms/a/../b.png"]).names.count("forms/b.png") == 1


def test_a_place_that_does_not_exist_is_an_error(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        find_pictures(["forms", "nowhere"])


@pytest.mark.parametrize("name", ["=1+1.png", "-1.png", "+1.png", "@sum.png"])
def test_no_name_starts_a_formula_in_a_spreadsheet(name: str) -> None:
    assert name_file(Path(name)) == f"./{name}"
