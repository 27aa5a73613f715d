"""`python -m infra.secret_files` writes the secrets of `make up`, one to a file, into the folder `.secrets`.

Compose gives each container the files that it needs (docker-compose.yml, `secrets`). A value in `.env`, where earlier
versions kept the secrets, decides. Otherwise a file stays as it is. A file that is missing gets random bytes, or
nothing if only the operator can know the secret. The environment names the folder only: a shell may hold the
STORAGE_TOKEN of another installation. It needs only the standard library, because it runs without a virtual
environment.
"""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER_VARIABLE = "SLATE_SECRETS_DIR"
SETTING = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=[ \t]*(.*?)\s*$", re.MULTILINE)

RANDOM = ("POSTGRES_PASSWORD", "POSTGRES_SERVICE_PASSWORD", "STORAGE_TOKEN", "STORAGE_PAGE_TOKEN")
RANDOM_UNLESS_EMPTY = ("STORAGE_PROMOTION_KEY",)  # an empty one turns promotions on the page off
GIVEN = ("INFERENCE_OPENAI_API_KEY", "FRONTEND_INFERENCE_API_KEY")
# The roles are those of infra/postgres/start.sh.
URLS = {
    "migrate_database_url": ("slate", "POSTGRES_PASSWORD"),
    "storage_database_url": ("slate_service", "POSTGRES_SERVICE_PASSWORD"),
}


def read_env_file(path: Path) -> dict[str, str]:
    """The settings of `.env`. A value may stand in quotes."""
    text = path.read_text() if path.exists() else ""
    return {name: value.strip("'\"") for name, value in SETTING.findall(text)}


def choose(name: str, kept: str | None, settings: Mapping[str, str]) -> str:
    """The value of a secret. `kept` is what its file holds, None if there is no file."""
    if value := settings.get(name):
        return value
    if name in RANDOM_UNLESS_EMPTY and name in settings:
        return ""  # switched off
    if kept or (kept is not None and name not in RANDOM):
        return kept
    return "" if name in GIVEN else secrets.token_hex(32)  # hexadecimal needs no escaping anywhere


def write_secrets(folder: Path, settings: Mapping[str, str]) -> None:
    """Write what is missing or differs into `folder`."""
    # Only the owner may pass through the folder. The files themselves are open to all, because the accounts in the
    # containers have other numbers than the owner.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    values = {
        name: choose(name, _read(folder / name.lower()), settings) for name in RANDOM + RANDOM_UNLESS_EMPTY + GIVEN
    }
    files = {name.lower(): value for name, value in values.items()}
    for name, (role, password) in URLS.items():
        files[name] = f"postgresql://{role}:{quote(values[password], safe='')}@postgres:5432/slate"
    for name, value in files.items():
        _write(folder / name, value)


def _read(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None


def _write(path: Path, value: str) -> None:
    """Never leave half a secret. A container that runs keeps the file that it was started with."""
    if _read(path) == value:
        return
    new = path.with_suffix(".new")
    new.write_text(value + "\n" if value else "")
    new.chmod(0o644)
    new.replace(path)


def choose_folder(settings: Mapping[str, str], environment: Mapping[str, str]) -> Path:
    """The folder of the secrets. As for Compose, the environment comes before `.env`, also with an empty value."""
    return REPOSITORY / ({**settings, **environment}.get(FOLDER_VARIABLE) or ".secrets")


if __name__ == "__main__":
    settings = read_env_file(REPOSITORY / ".env")
    folder = choose_folder(settings, os.environ)
    try:
        write_secrets(folder, settings)
    except PermissionError as error:
        sys.exit(f"{error.filename} belongs to another account. Run this as that account, or delete {folder}.")
