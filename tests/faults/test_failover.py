"""Two PostgreSQL servers, of which the second repeats the first. The first one dies and the second takes its place."""

import asyncio
import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil
import pytest

from benchmarks.fairness.services import run_storage
from infra.local.account import choose_account
from infra.local.postgres import find_binaries
from services.storage.migrate import upgrade
from tests.e2e.stack import free_port, wait_until
from tests.faults.table import Row
from tests.faults.writers import Writers

pytestmark = pytest.mark.faults
T = TypeVar("T")

NAME = "second"  # by which the first server knows it


def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Call it in another thread, because the browser of other tests has an event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function, *arguments).result()


class Server:
    """A PostgreSQL server on a port of this machine, over a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._account = choose_account(folder, print)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """For the URL of a database."""
        return f"127.0.0.1:{self.port}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        subprocess.run([str(find_binaries() / program), *arguments], check=True, capture_output=True, **self._user())

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(find_binaries() / "postgres"), "-D", str(self.folder), *settings]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._user())
        wait_until(self._accepts, f"PostgreSQL on {self.port}")

    def kill(self) -> None:
        """Kill the server and its children at once, as if the machine had died."""
        if self._process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self._process.pid)
            for process in (postmaster, *postmaster.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.wait()

    def execute(self, statement: str) -> None:
        """Run one statement on a connection of its own."""
        in_thread(asyncio.run, self.ask(statement))

    async def ask(self, query: str, *arguments: object) -> list[Any]:
        """Return the rows of a query."""
        connection: Any = await asyncpg.connect(f"postgresql://postgres@{self.address}/postgres", timeout=5)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    def _accepts(self) -> bool:
        try:
            self.execute("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        return True

    def _user(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.uid, "group": self._account.gid, "extra_groups": [], "umask": 0o077}


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """The first server, and one that repeats it. A commit waits until both have it."""
    with tempfile.TemporaryDirectory(prefix="slate-") as name:
        folder = Path(name)
        folder.chmod(0o777)  # PostgreSQL runs as an account of its own where the tests run as root
        first, second = Server(folder / "first"), Server(folder / "second")
        try:
            first.run("initdb", "--username=postgres", "--auth=trust", "-D", str(first.folder))
            first.start()
            in_thread(upgrade, f"postgresql://postgres@{first.address}/postgres")
            source = f"host=127.0.0.1 port={first.port} user=postgres application_name={NAME}"
            second.run("pg_basebackup", "-d", source, "-D", str(second.folder), "--write-recovery-conf")
            second.start()
            first.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
            first.execute("SELECT pg_reload_conf()")
            yield first, second
        finally:
            second.kill()
            first.kill()


def test_the_second_server_takes_over_and_nothing_acknowledged_is_lost(
    servers: tuple[Server, Server], rows: list[Row]
) -> None:
    first, second = servers
    url = f"postgresql://postgres@{first.address},{second.address}/postgres?target_session_attrs=read-write"
    with run_storage(url) as storage, Writers(storage.url) as writers:
        wait_until(lambda: len(writers.stored) > 50, "rows before the first server dies")
        first.kill()
        wait_until(lambda: "503 not_ready" in writers.refused, "a refusal")
        promoted = time.monotonic()
        second.execute("SELECT pg_promote()")
        before = len(writers.stored)
        wait_until(lambda: len(writers.stored) > before + 50, "rows after the second server was promoted")
        healthy = writers.last_refusal
    kept = {row["id"] for row in in_thread(asyncio.run, second.ask("SELECT id FROM predictions"))}
    assert writers.stored <= kept
    assert writers.refused <= {"503 not_ready", "503 overloaded"}
    name = "PostgreSQL died; another server is promoted"
    rows.append(Row(name, "–", {"storage": writers.refused}, max(0.0, healthy - promoted), "DatabaseUnreachable"))
