"""Secrets are written once, random, and only their owner can reach them. Those of an older `.env` are taken over."""

from pathlib import Path

import pytest

from infra.secret_files import GIVEN, RANDOM, read_env_file, write_secrets


def read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text().strip() for file in folder.iterdir()}


def test_each_secret_is_long_random_and_stays(tmp_path: Path) -> None:
    write_secrets(tmp_path / "one", {})
    write_secrets(tmp_path / "two", {})
    first, second = read(tmp_path / "one"), read(tmp_path / "two")
    values = [found[name.lower()] for found in (first, second) for name in RANDOM]
    assert len(set(values)) == 2 * len(RANDOM)
    assert all(len(value) == 64 for value in values)
    write_secrets(tmp_path / "one", {})
    assert read(tmp_path / "one") == first


def test_nobody_else_passes_through_the_folder(tmp_path: Path) -> None:
    write_secrets(tmp_path / "secrets", {})
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_the_secrets_of_an_older_env_file_are_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# POSTGRES_PASSWORD=no\nPOSTGRES_PASSWORD='p@ss/word'\nSTORAGE_TOKEN=mine\n")
    write_secrets(tmp_path / "secrets", read_env_file(tmp_path / ".env"))
    found = read(tmp_path / "secrets")
    assert (found["postgres_password"], found["storage_token"]) == ("p@ss/word", "mine")
    assert found["migrate_database_url"] == "postgresql://slate:p%40ss%2Fword@postgres:5432/slate"


def test_a_password_that_was_taken_over_stays_without_the_env_file(tmp_path: Path) -> None:
    write_secrets(tmp_path, {"POSTGRES_PASSWORD": "mine"})
    write_secrets(tmp_path, {})
    assert read(tmp_path)["postgres_password"] == "mine"


@pytest.mark.parametrize("name", GIVEN)
def test_a_secret_that_only_the_operator_knows_is_empty_until_it_is_given(tmp_path: Path, name: str) -> None:
    write_secrets(tmp_path, {})
    assert read(tmp_path)[name.lower()] == ""
    (tmp_path / name.lower()).write_text("given")
    write_secrets(tmp_path, {})
    assert read(tmp_path)[name.lower()] == "given"


def test_promotions_that_an_older_env_file_turned_off_stay_off(tmp_path: Path) -> None:
    write_secrets(tmp_path, {"STORAGE_PROMOTION_KEY": ""})
    assert read(tmp_path)["storage_promotion_key"] == ""
