"""`python -m services.storage.retain` deletes what is too old by the settings, or everything of one owner.

The service applies the settings itself every hour. The command is for an installation that wants another moment, and
for somebody who asks for deletion without the browser or token that stored the predictions:
`python -m services.storage.retain --owner-of NAME`, where NAME is a token's name or a visitor's id.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from services.storage.access.caller import make_token_caller
from services.storage.command import TIMEOUT_S, WHO
from services.storage.queries.mine import delete_batch, delete_given_labels
from services.storage.queries.retention import Deleted, delete_old
from services.storage.retention import Rule, apply_rules, read_rules
from services.storage.settings import RetentionSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Delete → exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.storage.retain", description=__doc__)
    parser.add_argument("--owner-of", metavar="NAME", help="delete everything of a token's name or a visitor's id")
    options = parser.parse_args(arguments)
    settings = RetentionSettings()
    rules = read_rules(settings)
    if not rules and options.owner_of is None:
        print("Everything is kept: neither STORAGE_RETENTION_DAYS nor STORAGE_LABELLED_RETENTION_DAYS is set.")  # noqa: T201
        return 0
    try:
        deleted = asyncio.run(_delete(settings.database_url.get_secret_value(), rules, options.owner_of))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.exit(f"The database did not do this: {error or type(error).__name__}")
    print(f"Deleted: {deleted:,} predictions.")  # noqa: T201
    return 0


def find_owner(name: str) -> UUID:
    """Return the owner of a visitor's id or a token's name."""
    try:
        return UUID(name)
    except ValueError:
        owner = make_token_caller(name, frozenset()).owner
        assert owner is not None  # noqa: S101  a named token owns what it stores
        return owner


async def _delete(url: str, rules: list[Rule], owner_of: str | None) -> int:
    connection = await asyncpg.connect(url, timeout=TIMEOUT_S, statement_cache_size=0)
    try:
        if owner_of is not None:
            return await _delete_of(connection, find_owner(owner_of))

        async def delete(before: datetime, labelled: bool, after: Deleted) -> Deleted | None:
            return await delete_old(connection, before, labelled, after, WHO)

        return await apply_rules(rules, datetime.now(UTC), delete)
    finally:
        await connection.close()


async def _delete_of(connection: asyncpg.Connection, owner: UUID) -> int:
    total = 0
    while deleted := await delete_batch(connection, owner, WHO):
        total += deleted
    await delete_given_labels(connection, owner)
    return total


if __name__ == "__main__":
    sys.exit(main())
