"""`python -m services.storage.migrate`: brings the database's schema to the newest revision.

Run it before the service and at every release. It may run twice, and by several machines at once: `migrations/env.py`
takes a lock, and whoever comes second finds nothing left to do.
"""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from services.storage.settings import DatabaseSettings
from shared.web.logs import configure_logs

logger = structlog.get_logger(__name__)

ALEMBIC_INI = Path(__file__).with_name("alembic.ini")


def read_schema_head() -> str:
    """The newest revision among the migration files."""
    head = ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_current_head()
    if head is None:
        raise RuntimeError(f"no migration is in reach of {ALEMBIC_INI}")
    return head


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrates up to `revision`. Runs an event loop of its own: call it off any other."""
    command.upgrade(_configure(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrates down to `revision`; «base» leaves nothing."""
    command.downgrade(_configure(database_url), revision)


def _configure(database_url: str) -> Config:
    return Config(ALEMBIC_INI, attributes={"database_url": database_url})


if __name__ == "__main__":
    settings = DatabaseSettings()
    configure_logs(settings.log_level)
    upgrade(settings.database_url.get_secret_value())
    logger.info("schema_migrated", revision=read_schema_head())
