"""The service's role of the database is enough for every route, and for nothing that changes tables or the audit."""

import asyncio

import asyncpg
import pytest

from services.storage.migrate import upgrade

CREATE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_service') THEN CREATE ROLE slate_service LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'slate_owner') THEN CREATE ROLE slate_owner LOGIN; END IF;
END $$
"""


@pytest.fixture
async def service_url(postgres, empty_database_url) -> str:
    """A database that `slate_owner`, who is no superuser, has migrated, for the role `slate_service`."""
    database = empty_database_url.partition("?")[0].rpartition("/")[2]
    await asyncio.to_thread(postgres.execute, CREATE)
    await asyncio.to_thread(postgres.execute, f"ALTER DATABASE {database} OWNER TO slate_owner")
    await asyncio.to_thread(upgrade, empty_database_url.replace("//postgres:", "//slate_owner:"))
    url: str = empty_database_url.replace("//postgres:", "//slate_service:")
    return url


async def test_the_service_works_with_its_role(install, make, service_url):
    installation = await install(database_url=service_url)
    visitor, curator, page = [await call() for call in (installation.visitor, installation.curator, installation.page)]
    path = f"/v1/predictions/{make.id()}"
    assert (await visitor.get("/readyz")).status_code == 200
    assert (await visitor.put(path, json=make.body())).status_code == 201
    assert (await visitor.put(f"{path}/label", json={"digit": 3})).status_code == 200
    assert (await curator.get("/v1/labelled-drawings")).status_code == 200
    suspected = {"id": path.rpartition("/")[2], "label": 3, "suggested": 8, "probability": 0.1}
    body = {"model": {"name": "cnn", "version": "1"}, "suspected": [suspected]}
    assert (await curator.put("/v1/suspected-labels", json=body)).json() == {"stored": 1, "skipped": 0}
    assert (await visitor.get("/v1/statistics")).json()["overall"]["labelled"] == 1
    assert (await visitor.get(f"{path}/drawing")).status_code == 200
    assert (await page.post("/v1/sign-ins", json={"password": "wrong"})).status_code == 401
    program = await installation.named("lab", "read")
    assert (await program.get("/v1/predictions")).status_code == 200
    assert (await visitor.delete(f"{path}/label")).status_code == 204
    assert (await visitor.delete("/v1/mine")).json() == {"predictions": 1}
    actions = [entry["action"] for entry in (await curator.get("/v1/audit")).json()["entries"]]
    assert actions == ["delete_mine", "sign_in_refused", "suspect_labels", "export"]


FORBIDDEN = [
    "CREATE TABLE more (a int)",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE predictions ADD COLUMN more int",
    "DROP TABLE predictions",
    "DROP INDEX predictions_pkey",
    "TRUNCATE predictions CASCADE",
    "TRUNCATE audit",
    "UPDATE audit SET who = 'somebody else'",
    "DELETE FROM audit",
    "UPDATE label_history SET by_name = 'somebody else'",
    "UPDATE alembic_version SET version_num = '0001'",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "CREATE ROLE more SUPERUSER",
    "SET ROLE slate_owner",
    "COPY predictions TO PROGRAM 'cat'",
]


async def test_the_service_cannot_change_tables_or_the_audit(service_url):
    connection = await asyncpg.connect(service_url)
    allowed = []
    try:
        await connection.execute("INSERT INTO audit (who, action, details) VALUES ('test', 'test', '{}')")
        await connection.execute("GRANT ALL ON audit TO slate_service")  # PostgreSQL warns and grants nothing
        for statement in FORBIDDEN:
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                continue
            allowed.append(statement)
    finally:
        await connection.close()
    assert allowed == []


async def test_a_second_migration_gives_the_service_no_more_rights(service_url):
    owner = service_url.replace("//slate_service:", "//slate_owner:")
    await asyncio.to_thread(upgrade, owner)
    connection = await asyncpg.connect(service_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM audit")
    finally:
        await connection.close()
