"""A caller who goes away while PostgreSQL works for it ends the query."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest
import uvicorn

from services.storage import app
from services.storage.settings import Settings
from tests.integration.storage.conftest import TOKEN

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'slate-storage' AND wait_event_type = 'Lock' AND datname = current_database()
"""


@asynccontextmanager
async def run_nothing(*_works):
    yield


@pytest.fixture
async def served_url(database_url, monkeypatch):
    """The service over TCP, because only a real connection can be closed by its caller.

    It does no work in the background, which would wait for the locks of the test, too.
    """
    monkeypatch.setattr(app, "run_in_background", run_nothing)
    service = app.create_app(Settings(database_url=database_url, token=TOKEN))
    server = uvicorn.Server(uvicorn.Config(service, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn sets no event
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def send_unfinished():
    yield b"{"
    await asyncio.Event().wait()


@pytest.mark.parametrize("send", [None, send_unfinished], ids=["no body", "an unfinished body"])
@pytest.mark.parametrize("path", ["statistics", "predictions", "prediction-count", "totals"])
async def test_the_query_of_a_caller_who_left_is_cancelled(served_url, database_url, path, send):
    connection = await asyncpg.connect(database_url)

    async def wait_for(number):
        while await connection.fetchval(WAITING) != number:  # noqa: ASYNC110  PostgreSQL tells nobody
            await asyncio.sleep(0.01)

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=served_url, headers=headers) as client:
        assert (await client.get(f"/v1/{path}")).status_code == 200
        async with connection.transaction():
            await connection.execute("LOCK TABLE predictions, counts, count_changes IN ACCESS EXCLUSIVE MODE")
            request = client.build_request("GET", f"/v1/{path}", params={"digit": 3}, content=send and send())
            asking = asyncio.create_task(client.send(request))
            await wait_for(1)
            asking.cancel()
            await wait_for(0)  # long before the time-out of the query
        assert (await client.get(f"/v1/{path}")).status_code == 200
        cancelled = f'route="/v1/{path}",status="499"'
        # It is counted once the connection has been given back.
        async with asyncio.timeout(30):
            while cancelled not in (await client.get("/metrics")).text:  # noqa: ASYNC110  the service tells nobody
                await asyncio.sleep(0.05)
    await connection.close()
