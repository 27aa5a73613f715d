"""`python -m services.storage.counts verify|rebuild` checks the counts beside the predictions, or makes them anew.

Both count all predictions, which takes about a minute for ten millions, while the service goes on. `verify` ends with 1
if a count is wrong. A rebuild is needed only if somebody changed predictions without the triggers of the table.
"""

import argparse
import sys
from collections.abc import Sequence

import asyncpg

from services.storage.command import run_command
from services.storage.queries.counts import find_differences, rebuild_counts


async def verify(connection: asyncpg.Connection) -> int:
    """Say whether every count is right → exit code."""
    differing = await find_differences(connection)
    print(f"Counts that differ from a recount: {differing}.")  # noqa: T201
    return 1 if differing else 0


async def rebuild(connection: asyncpg.Connection) -> int:
    """Count all predictions again → exit code."""
    await rebuild_counts(connection)
    print("All predictions are counted again.")  # noqa: T201
    return 0


COMMANDS = {"verify": verify, "rebuild": rebuild}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of the command line on the database of the settings → exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.storage.counts", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    return run_command(COMMANDS[parser.parse_args(arguments).command], in_transaction=False)


if __name__ == "__main__":
    sys.exit(main())
