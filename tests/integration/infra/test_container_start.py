"""The script that starts PostgreSQL in its container, run without the container: the password of storage's role."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from running_stack import PATIENCE_S

from infra.backup.backup import CLOSE
from infra.local.account import choose_account
from infra.local.postgres import Postgres, find_binaries
from infra.local.settings import REPOSITORY
from tests.e2e.stack import free_port

SCRIPT = REPOSITORY / "infra" / "postgres" / "start.sh"
PASSWORD = r"it's \a horse"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A folder with the secrets and the script, which reads them there."""
    Postgres(tmp_path, tmp_path / "log", print).open_folders()
    (tmp_path / "postgres_password").write_text("another\n")
    (tmp_path / "postgres_service_password").write_text(PASSWORD + "\n")
    (tmp_path / "start.sh").write_text(SCRIPT.read_text().replace("/run/secrets", str(tmp_path)))
    if account := choose_account(tmp_path / "data", print):
        shutil.chown(tmp_path, account.uid, account.gid)
    return tmp_path


@contextmanager
def started(volume: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    account = choose_account(volume / "data", print)
    path = f"{find_binaries()}:{os.environ['PATH']}"
    with subprocess.Popen(
        ["sh", volume / "start.sh"],
        env={"PATH": path, "PGDATA": str(volume / "data"), "PGPORT": str(port)},
        stderr=subprocess.PIPE,
        text=True,
        user=account and account.uid,
        group=account and account.gid,
        extra_groups=account and [],
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)


async def connect(port: int, user: str, password: str, database: str = "slate") -> "asyncpg.Connection":
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await asyncpg.connect(
                    host="127.0.0.1", port=port, user=user, password=password, database=database
                )
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)


async def test_each_start_sets_the_password_of_the_service_and_opens_the_database(volume: Path) -> None:
    port = free_port()
    with started(volume, port):
        connection = await connect(port, "slate", "another", "postgres")
        await connection.execute(CLOSE)
        await connection.execute("ALTER ROLE slate_service PASSWORD 'forgotten'")
        await connection.close()
    with started(volume, port):
        connection = await connect(port, "slate_service", PASSWORD)
        await connection.close()


def test_a_start_that_fails_prints_no_password(volume: Path) -> None:
    port = free_port()
    with started(volume, port) as process:
        assert process.stderr is not None
        while "ready to accept connections" not in process.stderr.readline():
            assert process.poll() is None
    with (volume / "data" / "postgresql.conf").open("a") as settings:
        settings.write("default_transaction_read_only = on\n")
    with started(volume, port) as process:
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "cannot execute ALTER ROLE in a read-only transaction" in said
    assert "horse" not in said
