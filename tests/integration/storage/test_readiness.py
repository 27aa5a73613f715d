"""What a running service does while PostgreSQL is away, not migrated, stopped or crashed."""

import asyncio

import asyncpg
import pytest

from services.storage.migrate import downgrade, upgrade
from services.storage.schema import NewerSchemaError, read_schema

END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slate-storage'"


@pytest.fixture(scope="module")
def _own_postgres(start_postgres):
    postgres = start_postgres()
    upgrade(postgres.url())
    return postgres


@pytest.fixture
def own_postgres(_own_postgres):
    """A migrated server that only these tests use, so that they can stop it."""
    _own_postgres.start()
    return _own_postgres


def _code(answer):
    return answer.status_code, answer.json()["code"]


async def test_readiness_reports_the_schema_revision(client):
    assert (await client.get("/readyz")).json() == {"status": "ready", "schema": read_schema().head}


async def test_the_service_is_ready_only_after_the_migrations(open_client, empty_database_url):
    async with open_client(empty_database_url) as client:
        assert _code(await client.get("/readyz")) == (503, "not_ready")
        assert _code(await client.get("/v1/statistics")) == (503, "not_ready")
        await asyncio.to_thread(upgrade, empty_database_url)
        assert (await client.get("/readyz")).status_code == 200


async def test_the_service_is_not_ready_after_the_migrations_were_undone(open_client, empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url)
    await asyncio.to_thread(downgrade, empty_database_url, "base")
    async with open_client(empty_database_url) as client:
        assert _code(await client.get("/readyz")) == (503, "not_ready")


async def test_a_database_that_is_newer_than_the_service_is_named_as_such(open_client, empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url)
    await _set_revision(empty_database_url, "9999")
    async with open_client(empty_database_url) as client:
        answer = await client.get("/readyz")
        assert _code(answer) == (503, "not_ready")
        assert "This version of Slate is older than the database" in answer.json()["detail"]
    with pytest.raises(NewerSchemaError, match="Start the version that made this schema"):
        await asyncio.to_thread(upgrade, empty_database_url)


async def _set_revision(url, revision):
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    finally:
        await connection.close()


async def test_the_service_starts_without_postgres_and_is_ready_when_postgres_runs(open_client, own_postgres):
    own_postgres.stop()
    async with open_client(own_postgres.url()) as client:
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
        assert _code(answer) == (503, "not_ready")
        assert answer.headers["retry-after"] == "2"
        await asyncio.to_thread(own_postgres.start)
        async with asyncio.timeout(60):
            while (await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_callers_do_not_notice_that_idle_connections_were_closed(open_client, own_postgres):
    async with open_client(own_postgres.url()) as client:
        await asyncio.gather(*(client.get("/v1/predictions") for _ in range(20)))
        await asyncio.to_thread(own_postgres.execute, END_SESSIONS)
        answers = await asyncio.gather(*(client.get("/v1/predictions") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_of_postgres_loses_no_acknowledged_prediction(open_client, own_postgres, make, mode):
    acknowledged: list[str] = []
    statuses: set[int] = set()
    stopping, more = asyncio.Event(), asyncio.Event()

    async def keep_storing(client):
        while not stopping.is_set():
            prediction_id = make.id()
            answer = await client.put(f"/v1/predictions/{prediction_id}", json=make.body())
            statuses.add(answer.status_code)
            if answer.status_code in (
                200,
                201,
            ):  # 200: it was stored, the connection broke, and the service sent it again
                acknowledged.append(prediction_id)
                more.set()
            else:
                assert answer.headers["retry-after"]
                await asyncio.sleep(0.01)

    async def wait_for_more():
        before = len(acknowledged)
        while len(acknowledged) < before + 20:
            more.clear()
            await more.wait()

    async with open_client(own_postgres.url()) as client:
        storing = [asyncio.create_task(keep_storing(client)) for _ in range(4)]
        await wait_for_more()
        await asyncio.to_thread(own_postgres.stop, mode)
        assert _code(await client.get("/readyz")) == (503, "not_ready")
        await asyncio.to_thread(own_postgres.start)
        await asyncio.wait_for(wait_for_more(), 60)
        stopping.set()
        await asyncio.gather(*storing)
        kept = [(await client.get(f"/v1/predictions/{one}")).status_code for one in acknowledged]
    assert set(kept) == {200}
    assert statuses <= {200, 201, 503}
