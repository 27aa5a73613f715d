"""Slow queries and a hanging or full database do not keep other requests waiting without an answer."""

import asyncio
import signal
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from services.frontend.connections import PATIENCE
from services.storage.lanes import PAGES, READINESS, ROWS, STATISTICS
from services.storage.migrate import upgrade

REFUSE_ROWS = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON predictions FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def _code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def own_database(empty_database_url):
    await asyncio.to_thread(upgrade, empty_database_url)
    return empty_database_url


async def _execute(url, statement):
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("busy", [PAGES, STATISTICS, ROWS], ids=lambda lane: lane.name)
async def test_a_lane_whose_connections_are_all_busy_leaves_the_other_lanes_alone(app, client, make, busy):
    database = app.state.database
    started = asyncio.Event()

    async def wait_for_ever(connection):
        started.set()
        await asyncio.Event().wait()

    held = [asyncio.create_task(database.run(busy, wait_for_ever)) for _ in range(busy.connections + 2)]
    await started.wait()
    requests = {
        READINESS: client.get("/readyz"),
        ROWS: client.put(f"/v1/predictions/{make.id()}", json=make.body()),
        PAGES: client.get("/v1/predictions"),
        STATISTICS: client.get("/v1/statistics"),
    }
    requests.pop(busy).close()
    assert {(await request).status_code for request in requests.values()} <= {200, 201}
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


def test_readiness_and_writes_fail_within_seconds_and_no_read_outlasts_the_patience_of_the_page():
    assert READINESS.wait_s + READINESS.statement_s <= 2
    assert ROWS.wait_s + ROWS.statement_s <= 8
    assert max(PAGES.statement_s, STATISTICS.statement_s) < PATIENCE.read_timeout_s


async def test_while_postgresql_hangs_requests_fail_and_afterwards_they_work(open_client, start_postgres, make):
    postgres = await asyncio.to_thread(start_postgres)
    await asyncio.to_thread(upgrade, postgres.url())
    async with open_client(postgres.url()) as client:
        path, body = f"/v1/predictions/{make.id()}", make.body()
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.put(path, json=body)).status_code == 201
        postmaster = psutil.Process(int((postgres.server.pgdata / "postmaster.pid").read_text().split()[0]))
        stopped = [postmaster, *postmaster.children(recursive=True)]
        for process in stopped:
            process.send_signal(signal.SIGSTOP)
        try:
            answers = await asyncio.gather(client.get("/readyz"), client.put(path, json=body), client.get(path))
        finally:
            for process in stopped:
                process.send_signal(signal.SIGCONT)
        assert [_code(answer) for answer in answers] == [(503, "overloaded")] * 3
        async with asyncio.timeout(60):
            while (await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (await client.put(path, json=body)).status_code == 200


@pytest.mark.parametrize("code", ["53100", "58030"])  # disk full, I/O error
async def test_a_refused_write_makes_the_service_unready_until_writes_work_again(open_client, own_database, make, code):
    async with open_client(own_database) as client:
        path, body = f"/v1/predictions/{make.id()}", make.body()
        await _execute(own_database, REFUSE_ROWS.format(code=code))
        assert (await client.get("/readyz")).status_code == 200  # nothing was refused yet
        assert _code(await client.put(path, json=body)) == (503, "not_ready")
        assert _code(await client.get("/readyz")) == (503, "not_ready")
        assert (await client.get("/v1/predictions")).status_code == 200
        await _execute(own_database, "DROP TRIGGER full_disk ON predictions")
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.put(path, json=body)).status_code == 201
        assert len((await client.get("/v1/predictions")).json()["predictions"]) == 1  # the trial left no row


async def test_a_database_that_is_read_only_is_not_ready(open_client, own_database, make):
    name = urlsplit(own_database).path[1:]
    await _execute(own_database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with open_client(own_database) as client:
        assert _code(await client.get("/readyz")) == (503, "not_ready")
        assert _code(await client.put(f"/v1/predictions/{make.id()}", json=make.body())) == (503, "not_ready")


async def test_failed_queries_are_counted_by_reason(open_client, own_database, make):
    async with open_client(own_database) as client:
        await _execute(own_database, REFUSE_ROWS.format(code="53100"))
        await client.put(f"/v1/predictions/{make.id()}", json=make.body())
        assert 'slate_database_failures_total{reason="write_refused"} 1.0' in (await client.get("/metrics")).text
