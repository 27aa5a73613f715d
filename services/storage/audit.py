"""`python -m services.storage.audit` prints the audit as JSON lines, newest first: who did what when."""

from contextlib import suppress

import asyncpg

from services.storage.command import run_command
from services.storage.queries.audit import read_audit

PAGE_ENTRIES = 500


async def print_everything(connection: asyncpg.Connection) -> None:
    """Print all entries, page by page."""
    before: int | None = None
    while True:
        page = await read_audit(connection, before, PAGE_ENTRIES)
        for entry in page.entries:
            print(entry.model_dump_json())  # noqa: T201  this is the output of the command
        if (before := page.next_before) is None:
            return


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # `| head` has read enough
        run_command(print_everything)
