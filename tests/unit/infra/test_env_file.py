"""`.env` is written once, with random secrets, and only its owner can read it."""

from pathlib import Path

import pytest

from infra.env_file import REPOSITORY, fill_secrets, write_env_file

SECRETS = (
    *("POSTGRES_PASSWORD", "POSTGRES_SERVICE_PASSWORD"),
    *("STORAGE_TOKEN", "STORAGE_PAGE_TOKEN", "STORAGE_PROMOTION_KEY"),
)
EXAMPLE = (REPOSITORY / ".env.example").read_text()


def read(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_each_secret_is_long_and_random() -> None:
    first, second = read(fill_secrets(EXAMPLE)), read(fill_secrets(EXAMPLE))
    secrets = [filled[name] for filled in (first, second) for name in SECRETS]
    assert len(set(secrets)) == 2 * len(SECRETS)
    assert all(len(secret) == 64 and secret.isalnum() for secret in secrets)


def test_everything_except_the_secrets_is_as_in_the_example() -> None:
    filled, example = read(fill_secrets(EXAMPLE)), read(EXAMPLE)
    assert {name for name in example if filled[name] != example[name]} == set(SECRETS)


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(EXAMPLE)
    assert write_env_file(tmp_path)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", ["STORAGE_TOKEN=mine", ""])
def test_an_existing_file_is_never_touched(tmp_path: Path, kept: str) -> None:
    (tmp_path / ".env.example").write_text(EXAMPLE)
    (tmp_path / ".env").write_text(kept)
    assert not write_env_file(tmp_path)
    assert (tmp_path / ".env").read_text() == kept
