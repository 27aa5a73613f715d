"""A setting may come from a file of its name. The environment comes first, and an empty file counts as none."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.inference.settings import Settings as InferenceSettings
from services.storage.settings import DatabaseSettings
from shared import secret_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(secret_files, "FOLDER", tmp_path)
    monkeypatch.delenv("STORAGE_DATABASE_URL", raising=False)
    (tmp_path / "storage_database_url").write_text("postgresql://of-a-file/slate\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_setting_comes_from_its_file() -> None:
    assert DatabaseSettings().database_url == SecretStr("postgresql://of-a-file/slate")


@pytest.mark.usefixtures("folder")
def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_DATABASE_URL", "postgresql://of-the-environment/slate")
    assert DatabaseSettings().database_url == SecretStr("postgresql://of-the-environment/slate")


def test_an_empty_file_counts_as_none(folder: Path) -> None:
    (folder / "inference_openai_api_key").write_text("\n")
    assert InferenceSettings().openai_api_key is None
