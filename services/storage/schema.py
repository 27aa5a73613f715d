"""The revisions of the database's schema that this code knows, and what to do if the database has another one.

A migration may name the oldest revision of the code that still works with its schema, as `oldest_code`. A remark, the
comment on Alembic's table, keeps it: older copies of the service, which lack the migration, know that they may go on.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

ALEMBIC_INI = Path(__file__).with_name("alembic.ini")
REMARK = "schema {revision} works with code from revision "  # then the oldest revision of the code


class NewerSchemaError(Exception):
    """The database has a schema that only a newer version of Slate knows. `still_works`: this code can use it."""

    def __init__(self, sentence: str, *, still_works: bool) -> None:
        super().__init__(sentence)
        self.still_works = still_works


@dataclass(frozen=True)
class Schema:
    """`head` is the newest revision among the migration files, `known` are all of them."""

    head: str
    known: frozenset[str]

    def find_obstacle(self, revision: str | None, remark: str | None) -> str | None:
        """Say what to do if the database has this revision; None if this code works with it.

        `remark` is the comment that the migration left on Alembic's table.
        """
        if revision == self.head:
            return None
        if self.is_known(revision):
            return f"The database has schema {revision}, but this version needs {self.head}. Run the migrations."
        return None if self.works_with(revision, remark) else self.describe_newer(revision)

    def is_known(self, revision: str | None) -> bool:
        """Return whether this code has the migration; None is the empty database."""
        return revision is None or revision in self.known

    def works_with(self, revision: str | None, remark: str | None) -> bool:
        """Return whether a newer schema with this remark works with this code."""
        return remark is not None and remark.removeprefix(REMARK.format(revision=revision)) in self.known

    def describe_newer(self, revision: str | None) -> str:
        """Say what to do if the revision is not known."""
        return (
            f"This version of Slate is older than the database: it knows schemas up to {self.head}, and the database "
            f"has {revision}. Start the version that made this schema, or a newer one."
        )


def read_schema() -> Schema:
    """Read the migration files. RuntimeError if there is none."""
    scripts = _open_scripts()
    if (head := scripts.get_current_head()) is None:
        raise RuntimeError(f"no migration was found beside {ALEMBIC_INI}")
    return Schema(head, frozenset(script.revision for script in scripts.walk_revisions()))


def make_remark(revision: str) -> str:
    """Say which code works with the schema of `revision`: its own and newer if the migration names none."""
    oldest: str = getattr(_open_scripts().get_revision(revision).module, "oldest_code", revision)
    return REMARK.format(revision=revision) + oldest


def _open_scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(ALEMBIC_INI))
