"""Creates and restores a backup: one file in the custom format of pg_dump, which is compressed.

A backup holds what was committed when it began, and stops nobody. A restore fills a new database beside the present
one, and gives it the name `slate` only when it is complete, so a restore that fails changes nothing.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.backup.server import OWNER, Server
from infra.local.error import LocalError

NEW, OLD, OLDER = "slate_restored", "slate_before_restore", "slate_to_be_dropped"
SWAPS = 20  # tries: a superuser may connect again at any moment
CLOSE, OPEN = (f"ALTER DATABASE slate CONNECTION LIMIT {limit}" for limit in (0, -1))
# One transaction. The sessions of the services end, and their pools connect to the new database.
SWAP = f"""
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname IN ('slate', '{NEW}', '{OLD}');
DO $$ BEGIN IF EXISTS (SELECT FROM pg_database WHERE datname = '{OLD}') THEN
    ALTER DATABASE {OLD} RENAME TO {OLDER};
END IF; END $$;
ALTER DATABASE slate RENAME TO {OLD};
ALTER DATABASE {OLD} CONNECTION LIMIT -1;
ALTER DATABASE {NEW} RENAME TO slate;
"""  # noqa: S608  the names are constants


async def create_backup(server: Server, file: Path) -> None:
    """Write a new file that only our account may read. LocalError if the file exists or the database does not."""
    with _write_new(file) as stream:
        await server.run("pg_dump", "--format=custom", "--dbname=slate", stdout=stream)


async def restore_backup(server: Server, file: Path) -> None:
    """Replace the database by the one in the file, migrated to this version. LocalError leaves it as it was.

    Every table belongs to the owner of the present database, and the migrations give the service its rights.
    """
    with _open_backup(file) as stream:
        owner = await _query(server, OWNER)
        await _drop(server, NEW, OLDER)  # of a restore that was killed
        try:
            await _fill(server, stream, owner)
            await _swap(server)
        except BaseException:  # also Ctrl-C
            await _execute(server, OPEN)
            await _drop(server, NEW)
            raise
    await _drop(server, OLDER)


async def drop_old(server: Server) -> None:
    """Delete the database that the last restore replaced, if there is one. It takes as much room as the one in use."""
    await _drop(server, OLD, OLDER)


@contextmanager
def _write_new(file: Path) -> Iterator[IO[bytes]]:
    """Open a file that gets its name when it is complete. LocalError if the name is taken."""
    if file.exists():
        raise LocalError(f"{file} already exists. Choose another name.")
    part = file.with_name(file.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            yield stream
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _open_backup(file: Path) -> IO[bytes]:
    if not file.is_file():
        raise LocalError(f"There is no file {file}.")
    return file.open("rb")


async def _fill(server: Server, stream: IO[bytes], owner: str) -> None:
    await _execute(server, f'CREATE DATABASE {NEW} OWNER "{owner}"')
    options = ("--no-owner", "--no-privileges", f"--role={owner}", "--exit-on-error", f"--dbname={NEW}")
    with tempfile.TemporaryFile() as unused:
        await server.run("pg_restore", *options, stdin=stream, stdout=unused)
    await server.migrate(NEW, owner)
    await _execute(server, "ANALYZE", database=NEW)  # a new database knows nothing about its rows


async def _swap(server: Server) -> None:
    await _execute(server, CLOSE)
    for tries_left in reversed(range(SWAPS)):
        try:
            await _execute(server, SWAP)
        except LocalError:
            if tries_left == 0:
                raise
        else:
            return


async def _drop(server: Server, *names: str) -> None:
    for name in names:
        await _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # its sessions end


async def _execute(server: Server, statement: str, database: str = "postgres") -> None:
    await _query(server, statement, database)


async def _query(server: Server, statement: str, database: str = "postgres") -> str:
    """Run statements in one transaction → the output of psql without decoration."""
    with tempfile.TemporaryFile() as output:
        options = ("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
        await server.run("psql", *options, f"--dbname={database}", f"--command={statement}", stdout=output)
        output.seek(0)
        return output.read().decode().strip()
