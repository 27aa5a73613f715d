"""`python -m infra.backup create|restore FILE` keeps the whole database in one file, and brings it back.

`make backup FILE=...` and `make restore FILE=...` call it. `python -m infra.backup drop-old` deletes the database that
the last restore replaced. Slate may run meanwhile. With `--containers` the database is the one of `make up`, otherwise
the one of `make run`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from infra.backup.backup import create_backup, drop_old, restore_backup
from infra.backup.containers import open_containers
from infra.backup.embedded import open_embedded
from infra.backup.server import Server
from infra.local.error import LocalError
from infra.local.run import say
from infra.local.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say → exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.backup", description="Backups of Slate's database.")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--containers", action="store_true", help="the database of `make up`, not of `make run`")
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("create", "restore"):
        actions.add_parser(name, parents=[where]).add_argument("file", type=Path, metavar="FILE")
    actions.add_parser("drop-old", parents=[where], help="delete the database that the last restore replaced")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(options.action, getattr(options, "file", Path()), in_containers=options.containers))
    except (LocalError, OSError) as error:
        say(str(error))
        return 1
    return 0


async def _run(action: str, file: Path, *, in_containers: bool) -> None:
    async with _open_server(action, in_containers=in_containers) as server:
        match action:
            case "create":
                await create_backup(server, file)
                say(f"The backup is in {file}.")
            case "restore":
                await restore_backup(server, file)
                say("Restored. The database from before is kept as slate_before_restore until the next restore.")
            case _:
                await drop_old(server)
                say("There is no database slate_before_restore any more.")


def _open_server(action: str, *, in_containers: bool) -> AbstractAsyncContextManager[Server]:
    """Only a restore may begin with an empty server: on a new machine there is nothing to keep yet."""
    return open_containers() if in_containers else open_embedded(read_settings(), say, may_be_new=action == "restore")


if __name__ == "__main__":
    sys.exit(main())
