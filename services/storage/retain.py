"""`python -m services.storage.retain` deletes what is too old by the settings, or everything of one owner.

The service applies the settings itself every hour. The command is for an installation that wants another moment, and
for somebody who asks for deletion without the browser or token that stored the predictions:
`python -m services.storage.retain --owner-of NAME`, where NAME is a token's name or a visitor's id.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import asyncpg

from services.storage.access.caller import make_token_caller
from services.storage.command import WHO, run_command
from services.storage.queries.mine import delete_all, delete_batch, delete_given_labels
from services.storage.queries.retention import Deleted, delete_old
from services.storage.retention import Rule, apply_rules, read_rules
from services.storage.settings import RetentionSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Delete → exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.storage.retain", description=__doc__)
    parser.add_argument("--owner-of", metavar="NAME", help="delete everything of a token's name or a visitor's id")
    options = parser.parse_args(arguments)
    rules = read_rules(RetentionSettings())
    if not rules and options.owner_of is None:
        print("Everything is kept: neither STORAGE_RETENTION_DAYS nor STORAGE_LABELLED_RETENTION_DAYS is set.")  # noqa: T201
        return 0
    deleted = run_command(partial(_delete, rules=rules, owner_of=options.owner_of), in_transaction=False)
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


async def _delete(connection: asyncpg.Connection, rules: list[Rule], owner_of: str | None) -> int:
    if owner_of is not None:
        return await _delete_of(connection, find_owner(owner_of))

    async def delete(before: datetime, labelled: bool, after: Deleted) -> Deleted | None:
        return await delete_old(connection, before, labelled, after, WHO)

    return await apply_rules(rules, datetime.now(UTC), delete)


async def _delete_of(connection: asyncpg.Connection, owner: UUID) -> int:
    total = await delete_all(partial(delete_batch, connection, owner, WHO))
    await delete_given_labels(connection, owner)
    return total


if __name__ == "__main__":
    sys.exit(main())
