"""A PostgreSQL server whose client programs can be run: pg_dump, pg_restore, psql, and the migrations of storage."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import IO, Protocol

from infra.local.error import LocalError
from infra.local.settings import REPOSITORY

OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'slate'"


class Server(Protocol):
    """Runs programs as the superuser of the server that has the database `slate`."""

    async def run(self, program: str, *arguments: str, stdin: IO[bytes] | None = None, stdout: IO[bytes]) -> None:
        """Run a client program of PostgreSQL. LocalError with what it said if it fails."""

    async def migrate(self, database: str, owner: str) -> None:
        """Bring a database to the schema of this version, as the role that owns it. LocalError."""


async def run_program(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> None:
    """Run a program to its end. LocalError with its error output if it fails."""
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=stdin or asyncio.subprocess.DEVNULL,
        stdout=stdout or asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, **environment},
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode != 0:
        raise LocalError(f"{arguments[0].rpartition('/')[2]} failed: {said.decode(errors='replace').strip()}")
