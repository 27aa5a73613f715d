"""Who PostgreSQL runs as. It refuses to be root: for root it gets an account of its own and a way to its folders."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.local.failure import LocalError

ACCOUNT_NAME = "slate-postgres"


@dataclass(frozen=True)
class Account:
    """A user id and its group id."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


def choose_account(folder: Path) -> Account | None:
    """None unless we are root: then the owner of an existing `folder`, or else the account made for it."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (kept := folder.stat()).st_uid != 0:
        return Account(kept.st_uid, kept.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        entry = _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> pwd.struct_passwd:
    command = ("useradd", "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNT_NAME)
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise LocalError(
            "PostgreSQL can't run as root, and the account "
            f"{ACCOUNT_NAME} for it could not be made; run `make run` as an ordinary user."
        ) from None
    return pwd.getpwnam(ACCOUNT_NAME)


def open_way(path: Path) -> list[Path]:
    """Lets every account pass through (not list) the folders above `path`; → the ones that had to be changed."""
    closed = [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
    for folder in closed:
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    return closed


def open_files(folder: Path) -> None:
    """Lets every account read what is in the folder and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        runnable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        if mode | stat.S_IROTH | runnable != mode:
            path.chmod(mode | stat.S_IROTH | runnable)
