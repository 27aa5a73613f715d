"""Storage works behind PgBouncer in transaction mode, where each transaction may run on another session."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from services.storage.connections import Connector
from services.storage.migrate import upgrade

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
SETTINGS = """
[databases]
* = host={postgres} user=postgres
[pgbouncer]
unix_socket_dir = {folder}
listen_port = 6432
pool_mode = transaction
default_pool_size = 3
auth_type = any
logfile = {folder}/pgbouncer.log
"""


@pytest.fixture
def pooled_url(database_url: str) -> Iterator[str]:
    """The database through PgBouncer. Without it, the test is skipped, or fails with SLATE_REQUIRE_PGBOUNCER."""
    if PGBOUNCER is None:
        assert not os.environ.get("SLATE_REQUIRE_PGBOUNCER"), "PgBouncer is not installed"
        pytest.skip("no PgBouncer here")
    parts = urlsplit(database_url)
    (postgres,) = parse_qs(parts.query)["host"]
    with tempfile.TemporaryDirectory(prefix="slate-pgbouncer-") as name:
        folder = Path(name)
        (folder / "pgbouncer.ini").write_text(SETTINGS.format(postgres=postgres, folder=folder))
        account = {}
        if os.geteuid() == 0:  # PgBouncer refuses to run as root
            owner = Path(postgres).stat()  # may open the socket of PostgreSQL
            os.chown(folder, owner.st_uid, owner.st_gid)
            account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        with subprocess.Popen([PGBOUNCER, "-q", str(folder / "pgbouncer.ini")], **account) as pgbouncer:
            while not (folder / ".s.PGSQL.6432").exists():
                assert pgbouncer.poll() is None, (folder / "pgbouncer.log").read_text()
                time.sleep(0.01)
            yield f"postgresql://postgres:@{parts.path}?host={folder}&port=6432"
            pgbouncer.terminate()


async def test_two_services_behind_one_pooler_store_label_and_read(open_client, pooled_url, make):
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(open_client(pooled_url)) for _ in range(2)]

        async def use(number: int) -> list[int]:
            client, path = clients[number % 2], f"/v1/predictions/{make.id()}"
            return [
                (await client.put(path, json=make.body(digit=number % 10))).status_code,
                (await client.put(f"{path}/label", json={"digit": number % 10})).status_code,
                (await client.get(f"{path}/drawing")).status_code,
                (await client.get("/v1/predictions", params={"limit": 5, "digit": 3})).status_code,
                (await client.get("/v1/statistics")).status_code,
                (await client.get("/readyz")).status_code,
            ]

        answers = [await asyncio.gather(*(use(number) for number in range(8))) for _ in range(5)]
        assert {tuple(one) for some in answers for one in some} == {(201, 200, 200, 200, 200, 200)}
        overall = (await clients[0].get("/v1/statistics")).json()["overall"]
        assert (overall["predictions"], overall["labelled"], overall["correct"]) == (40, 40, 40)
        lines = (await clients[1].get("/v1/labelled-drawings")).text.splitlines()
        assert len(lines) == 40


async def test_migrations_run_through_a_pooler_again_and_again(pooled_url):
    for _ in range(3):
        await asyncio.to_thread(upgrade, pooled_url)


async def test_only_a_pooler_costs_a_query_the_names_of_its_statements(database_url, pooled_url):
    through = {}
    for url in (database_url, pooled_url):
        connector = Connector()
        connection = await connector(url)
        await connection.close()
        through[url] = connector.pooled
    assert through == {database_url: False, pooled_url: True}
