"""The embedded PostgreSQL of `make run`: the running one, or one that is started for the backup and stopped then."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from infra.backup.server import run_program
from infra.local.error import LocalError
from infra.local.lock import lock_stack, try_lock_processes
from infra.local.postgres import Postgres, find_binaries
from infra.local.settings import LocalSettings
from infra.local.supervisor import Supervisor

SOCKET_LINE = 4  # of postmaster.pid, counted from 0; PostgreSQL's miscadmin.h
NO_DATABASE = (
    "{} has no database of `make run`. SLATE_DATA_DIR names another folder; for the database of `make up`, add "
    "ARGS=--containers."
)


class EmbeddedServer:
    """A running server, by the folder of its socket."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets

    def url(self, database: str, role: str) -> str:
        """Return the URL of a database for a role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._sockets))}"

    async def run(self, program: str, *arguments: str, stdin: IO[bytes] | None = None, stdout: IO[bytes]) -> None:
        """Run a program of the wheel."""
        connect = (f"--host={self._sockets}", "--username=postgres")
        await run_program((str(find_binaries() / program), *connect, *arguments), {}, stdin, stdout)

    async def migrate(self, database: str, owner: str) -> None:
        """Run the migrations of this version."""
        command = (sys.executable, "-m", "services.storage.migrate")
        await run_program(command, {"STORAGE_DATABASE_URL": self.url(database, owner)})


@asynccontextmanager
async def open_embedded(
    settings: LocalSettings, say: Callable[[str], None], *, may_be_new: bool = True
) -> AsyncIterator[EmbeddedServer]:
    """Use the server of the Slate that runs, or start one alone. LocalError if neither is possible.

    If the folder has no database, an empty one is made, or with `may_be_new=False` it is a LocalError.
    """
    if not (may_be_new or (settings.data_dir / "postgres").exists()):
        raise LocalError(NO_DATABASE.format(settings.data_dir))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        stack_lock = lock_stack(settings.data_dir)
    except LocalError:
        yield EmbeddedServer(_find_socket(settings.data_dir))
        return
    with stack_lock:
        if (lock := await try_lock_processes(settings.data_dir, timeout_s=0)) is None:
            raise LocalError(f"Processes of an earlier run on {settings.data_dir} have not ended yet. Try again.")
        with lock:
            (settings.data_dir / "logs").mkdir(exist_ok=True)
            postgres = Postgres(settings.data_dir, settings.data_dir / "logs" / "postgres.log", say)
            supervisor = Supervisor(say=say, lock_fd=lock.fileno())
            try:
                postgres.open_folders()
                await postgres.prepare(supervisor.run)
                await supervisor.start(postgres.make_service(rank=0))
                await postgres.create_database()
                yield EmbeddedServer(postgres.sockets)
            finally:
                await supervisor.stop()
                postgres.remove_sockets()


def _find_socket(data_dir: Path) -> Path:
    try:
        return Path((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[SOCKET_LINE])
    except (OSError, IndexError):
        raise LocalError(f"Slate starts or stops on {data_dir} at this moment. Try again shortly.") from None
