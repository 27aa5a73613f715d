"""Chooses the account that PostgreSQL runs as, and gives that account access to its folders.

PostgreSQL refuses to run as root. If `make run` is started by root, the server runs as its own system account.
"""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local.error import LocalError

ACCOUNT_NAME = "slate-postgres"


@dataclass(frozen=True)
class Account:
    """A user id and a group id."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


def choose_account(folder: Path, say: Callable[[str], None]) -> Account | None:
    """Return the account for PostgreSQL: None (our own) for an ordinary user.

    For root, it is the owner of an existing `folder`, otherwise the system account. If that does not exist, `say` gets
    a line before it is created.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (kept := folder.stat()).st_uid != 0:
        return Account(kept.st_uid, kept.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        say(f"creating the system account {ACCOUNT_NAME}, because PostgreSQL refuses to run as root")
        entry = _create_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _create_account() -> pwd.struct_passwd:
    command = ("useradd", "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNT_NAME)
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  the command is ours
    except (OSError, subprocess.CalledProcessError):
        raise LocalError(
            f"PostgreSQL cannot run as root, and its account {ACCOUNT_NAME} could not be created. "
            "Start `make run` as an ordinary user."
        ) from None
    return pwd.getpwnam(ACCOUNT_NAME)


def find_closed_parents(path: Path) -> list[Path]:
    """Return the folders above `path` that only some accounts may pass through."""
    return [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]


def open_folder(folder: Path) -> None:
    """Let every account pass through the folder, without listing it."""
    folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


def open_files(folder: Path) -> None:
    """Let every account read the files in the folder, and run those that their owner may run."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        runnable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        if mode | stat.S_IROTH | runnable != mode:
            path.chmod(mode | stat.S_IROTH | runnable)
