"""An ordinary account that exists while the fresh clone is tried, and the Python that every account can start."""

import pwd
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.account import Account, find_closed_parents, open_folder

PYTHON = Path(sys.executable).resolve()  # a command of pyenv would look for its versions in the home
ACCOUNT_NAME = "slate-fresh-clone"


@contextmanager
def ordinary_account() -> Iterator[Account]:
    """A system account for this run, which may pass through the folders above this Python."""
    created = subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNT_NAME])
    if created.returncode not in (0, 9):  # 9: there is one, of a run that was killed
        sys.exit("no ordinary account could be created")
    closed = find_closed_parents(PYTHON)
    try:
        for folder in closed:
            open_folder(folder)
        entry = pwd.getpwnam(ACCOUNT_NAME)
        yield Account(entry.pw_uid, entry.pw_gid)
    finally:
        for folder in closed:
            folder.chmod(folder.stat().st_mode & ~0o001)
        subprocess.run(["userdel", "--force", ACCOUNT_NAME], check=True)
