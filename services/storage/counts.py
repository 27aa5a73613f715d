"""`python -m services.storage.counts verify|rebuild` checks the counts beside the predictions, or makes them anew.

Both count all predictions, which takes about a minute for ten millions, while the service goes on. `verify` ends with 1
if a count is wrong. A rebuild is needed only if somebody changed predictions without the triggers of the table.
"""

import argparse
import asyncio
import sys

import asyncpg
import structlog

from services.storage.queries.counts import find_differences, rebuild_counts
from services.storage.settings import DatabaseSettings
from shared.web.logs import configure_logs

logger = structlog.get_logger(__name__)


async def verify(database_url: str) -> bool:
    """Return whether every count is right."""
    connection = await asyncpg.connect(database_url, statement_cache_size=0)
    try:
        differing = await find_differences(connection)
    finally:
        await connection.close()
    (logger.error if differing else logger.info)("counts_verified", differing=differing)
    return not differing


async def rebuild(database_url: str) -> bool:
    """Count all predictions again."""
    connection = await asyncpg.connect(database_url, statement_cache_size=0)
    try:
        await rebuild_counts(connection)
    finally:
        await connection.close()
    logger.info("counts_rebuilt")
    return True


COMMANDS = {"verify": verify, "rebuild": rebuild}


def main() -> int:
    """Run the command of the command line on the database of the settings → exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.storage.counts", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    settings = DatabaseSettings()
    configure_logs(settings.log_level)
    return 0 if asyncio.run(command(settings.database_url.get_secret_value())) else 1


if __name__ == "__main__":
    sys.exit(main())
