"""The revisions of the database's schema that this code knows, and what to do if the database has another one."""

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

ALEMBIC_INI = Path(__file__).with_name("alembic.ini")


class NewerSchemaError(Exception):
    """The database has a schema that only a newer version of Slate knows."""


@dataclass(frozen=True)
class Schema:
    """`head` is the newest revision among the migration files, `known` are all of them."""

    head: str
    known: frozenset[str]

    def find_obstacle(self, revision: str | None) -> str | None:
        """Say what to do if the database has this revision; None if it is the one that this code needs."""
        if revision == self.head:
            return None
        if self.is_known(revision):
            return f"The database has schema {revision}, but this version needs {self.head}. Run the migrations."
        return self.describe_newer(revision)

    def is_known(self, revision: str | None) -> bool:
        """Return whether this code has the migration; None is the empty database."""
        return revision is None or revision in self.known

    def describe_newer(self, revision: str | None) -> str:
        """Say what to do if the revision is not known."""
        return (
            f"This version of Slate is older than the database: it knows schemas up to {self.head}, and the database "
            f"has {revision}. Start the version that made this schema, or a newer one."
        )


def read_schema() -> Schema:
    """Read the migration files. RuntimeError if there is none."""
    scripts = ScriptDirectory.from_config(Config(ALEMBIC_INI))
    if (head := scripts.get_current_head()) is None:
        raise RuntimeError(f"no migration was found beside {ALEMBIC_INI}")
    return Schema(head, frozenset(script.revision for script in scripts.walk_revisions()))
