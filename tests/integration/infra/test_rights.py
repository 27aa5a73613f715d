"""Each part of the stack gets the rights that it needs: roles of the database, and tokens of storage."""

from pathlib import Path

import asyncpg
import pytest
from running_stack import RunningStack, StartStack

ON_ALL = "0.0.0.0"


def environment_of(stack: RunningStack, service: str) -> dict[str, str]:
    found: dict[str, str] = stack.service(f"{service.upper()}_PORT").environ()
    return found


async def read(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(record) for record in await connection.fetch(query)]
    finally:
        await connection.close()


def test_on_loopback_the_person_at_the_keyboard_has_the_token_of_the_installation(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    storage, page = environment_of(stack, "storage"), environment_of(stack, "frontend")
    assert page["FRONTEND_STORAGE_TOKEN"] == storage["STORAGE_TOKEN"]
    assert storage["STORAGE_PAGE_TOKEN"] not in ("", storage["STORAGE_TOKEN"])
    assert len(storage["STORAGE_PROMOTION_KEY"]) > 40
    assert environment_of(stack, "inference")["INFERENCE_PROMOTION_KEY"] == storage["STORAGE_PROMOTION_KEY"]
    assert "STORAGE_PROMOTION_KEY" not in page  # the page has no right of its own
    assert stack.stop() == 0


def test_elsewhere_the_page_has_its_own_token_and_the_password_of_the_curator_is_shown(
    start_stack: StartStack, tmp_path: Path
) -> None:
    stack = start_stack(SLATE_HOST=ON_ALL)
    stack.wait_for("a password for tests")
    stack.wait_until_ready()
    storage, page = environment_of(stack, "storage"), environment_of(stack, "frontend")
    assert page["FRONTEND_STORAGE_TOKEN"] == storage["STORAGE_PAGE_TOKEN"]
    assert (tmp_path / "data" / "page-token").stat().st_mode & 0o777 == 0o600
    assert stack.stop() == 0
    logs = "".join(path.read_text() for path in (tmp_path / "data" / "logs").iterdir())
    assert "a password for tests" not in logs


async def test_the_service_owns_no_table_and_the_migrations_are_no_superuser(start_stack: StartStack) -> None:
    stack = start_stack()
    stack.wait_until_ready()
    url = environment_of(stack, "storage")["STORAGE_DATABASE_URL"]
    assert url.startswith("postgresql://slate_service@")
    roles = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname LIKE 'slate%' ORDER BY 1"
    assert await read(url, roles) == [("slate_owner", False), ("slate_service", False)]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await read(url, "CREATE TABLE more (a int)")
    owner = url.replace("slate_service@", "slate_owner@")
    assert await read(owner, "CREATE TABLE more (a int)") == []
    assert stack.stop() == 0


async def test_tables_from_before_the_roles_are_handed_over(start_stack: StartStack) -> None:
    first = start_stack()
    first.wait_until_ready()
    superuser = environment_of(first, "storage")["STORAGE_DATABASE_URL"].replace("slate_service@", "postgres@")
    await read(superuser, "CREATE TABLE from_before (a int GENERATED ALWAYS AS IDENTITY)")
    assert first.stop() == 0
    second = start_stack()
    second.wait_until_ready()
    owner = environment_of(second, "storage")["STORAGE_DATABASE_URL"].replace("slate_service@", "slate_owner@")
    await read(owner, "ALTER TABLE from_before ADD COLUMN b int")
    assert second.stop() == 0
