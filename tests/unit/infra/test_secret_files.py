"""Secrets are written once, random, and only their owner can reach them. Those of an older `.env` are taken over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.secret_files import GIVEN, RANDOM, choose_folder, read_env_file, write_secrets

ROOT = Path(__file__).parents[3]


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


def test_promotions_can_be_turned_off_later(tmp_path: Path) -> None:
    write_secrets(tmp_path, {})
    assert read(tmp_path)["storage_promotion_key"]
    write_secrets(tmp_path, {"STORAGE_PROMOTION_KEY": ""})
    assert read(tmp_path)["storage_promotion_key"] == ""


def test_what_a_shell_has_exported_becomes_no_secret(tmp_path: Path) -> None:
    mine = {"SLATE_SECRETS_DIR": str(tmp_path), "STORAGE_TOKEN": "of-the-shell", "POSTGRES_PASSWORD": "of-the-shell"}
    command = [sys.executable, "-m", "infra.secret_files"]
    subprocess.run(command, env=os.environ | mine, cwd=ROOT, check=True)
    assert "of-the-shell" not in " ".join(read(tmp_path).values())


@pytest.mark.parametrize(
    ("settings", "environment", "folder"),
    [
        ({}, {}, ".secrets"),
        ({"SLATE_SECRETS_DIR": "of-env"}, {}, "of-env"),
        ({"SLATE_SECRETS_DIR": "of-env"}, {"SLATE_SECRETS_DIR": ""}, ".secrets"),
        ({"SLATE_SECRETS_DIR": "of-env"}, {"SLATE_SECRETS_DIR": "of-the-shell"}, "of-the-shell"),
    ],
)
def test_the_folder_is_the_one_that_compose_reads(
    settings: dict[str, str], environment: dict[str, str], folder: str
) -> None:
    assert choose_folder(settings, environment) == ROOT / folder
