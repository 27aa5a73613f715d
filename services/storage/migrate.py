"""`python -m services.storage.migrate` brings the database's schema to the newest revision.

Run it before the service starts and at every release. Several machines may run it at the same time: `migrations/env.py`
takes a lock, and all but the first find the schema up to date.
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
    """Return the newest revision among the migration files."""
    head = ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_current_head()
    if head is None:
        raise RuntimeError(f"no migration was found beside {ALEMBIC_INI}")
    return head


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate up to `revision`. It starts an event loop, so call it in a thread that has none."""
    command.upgrade(_configure(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrate down to `revision`; `base` removes everything."""
    command.downgrade(_configure(database_url), revision)


def _configure(database_url: str) -> Config:
    return Config(ALEMBIC_INI, attributes={"database_url": database_url})


if __name__ == "__main__":
    settings = DatabaseSettings()
    configure_logs(settings.log_level)
    upgrade(settings.database_url.get_secret_value())
    logger.info("schema_migrated", revision=read_schema_head())
