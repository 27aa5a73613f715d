"""`python -m infra.backup create|restore FILE` keeps the whole database in one file, and brings it back.

`make backup FILE=...` and `make restore FILE=...` call it. Slate may run meanwhile. With `--containers` the database is
the one of `make up`, otherwise the one of `make run`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from infra.backup.backup import create_backup, restore_backup
from infra.backup.containers import open_containers
from infra.backup.embedded import open_embedded
from infra.backup.server import Server
from infra.local.error import LocalError
from infra.local.run import say
from infra.local.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Create or restore a backup → exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.backup", description="Backups of Slate's database.")
    parser.add_argument("action", choices=("create", "restore"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--containers", action="store_true", help="the database of `make up`, not of `make run`")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(options.action, options.file, in_containers=options.containers))
    except (LocalError, OSError) as error:
        say(str(error))
        return 1
    return 0


async def _run(action: str, file: Path, *, in_containers: bool) -> None:
    async with _open_server(in_containers) as server:
        if action == "create":
            await create_backup(server, file)
            say(f"The backup is in {file}.")
        else:
            await restore_backup(server, file)
            say("Restored. The database from before is kept as slate_before_restore until the next restore.")


def _open_server(in_containers: bool) -> AbstractAsyncContextManager[Server]:
    return open_containers() if in_containers else open_embedded(read_settings(), say)


if __name__ == "__main__":
    sys.exit(main())
