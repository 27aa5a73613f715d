"""`python -m services.storage.migrate` brings the database's schema to the newest revision.

Run it before the service starts and at every release. Several machines may run it at the same time: `migrations/env.py`
takes a lock, and all but the first find the schema up to date.
"""

import asyncio
import sys

import structlog
from alembic import command
from alembic.config import Config

from services.storage.queries.rights import grant_service_rights
from services.storage.schema import ALEMBIC_INI, NewerSchemaError, read_schema
from services.storage.settings import DatabaseSettings
from shared.web.logs import configure_logs

logger = structlog.get_logger(__name__)


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate up to `revision`. NewerSchemaError if the database is past every schema that works with this code.

    It starts an event loop, so call it in a thread that has none. Then the role of the service gets its rights.
    """
    try:
        command.upgrade(_configure(database_url), revision)
        logger.info("schema_migrated", revision=read_schema().head if revision == "head" else revision)
    except NewerSchemaError as error:
        if not error.still_works:
            raise
        logger.info("schema_is_newer_but_works", reason=str(error))
    asyncio.run(grant_service_rights(database_url))


def downgrade(database_url: str, revision: str) -> None:
    """Migrate down to `revision`; `base` removes everything."""
    command.downgrade(_configure(database_url), revision)


def _configure(database_url: str) -> Config:
    return Config(ALEMBIC_INI, attributes={"database_url": database_url})


def main() -> int:
    """Migrate the database of the settings to the newest revision → exit code."""
    settings = DatabaseSettings()
    configure_logs(settings.log_level)
    try:
        upgrade(settings.database_url.get_secret_value())
    except NewerSchemaError as error:
        logger.error("schema_is_newer", reason=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
