"""Kills the service or PostgreSQL at random moments under write load, and looks for what was lost or half written.

Writers store, label and delete predictions and note what was acknowledged. After each kill everything starts again, and
the history is compared with the notes: a row that was acknowledged must be there with its drawing, a deleted one must
be gone, and the counts must be those of a recount.
"""

import asyncio
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg
import httpx

from benchmarks.fairness.services import TOKEN, Running, run_storage
from benchmarks.storage.bodies import make_prediction
from benchmarks.storage.database import History, open_history
from services.storage.queries.counts import find_differences

ROUNDS = 20
WRITERS = 8
SHORTEST_S, LONGEST_S = 0.5, 3.0  # from the first write to the kill

STORED = """
SELECT id, label, sha256(content) AS drawing, content IS NOT NULL AND cardinality(probabilities) = 10 AS is_whole
FROM predictions LEFT JOIN drawings ON sha256 = drawing_sha256 WHERE model_name = 'crash'
"""


@dataclass(frozen=True)
class Damage:
    """How many acknowledged rows were lost, rows stored twice or half, and sums that differ from a recount."""

    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    half_written: int = 0
    wrong_sums: int = 0

    def plus(self, earlier: "Damage") -> "Damage":
        """Return the damage of all rounds up to this one, which has acknowledged all that was."""
        return Damage(
            self.acknowledged,
            *(
                getattr(self, name) + getattr(earlier, name)
                for name in ("lost", "duplicated", "half_written", "wrong_sums")
            ),
        )


@dataclass
class Notes:
    """What was acknowledged: the drawing and the label of each row, and which rows were deleted."""

    drawings: dict[UUID, bytes] = field(default_factory=dict)
    labels: dict[UUID, int] = field(default_factory=dict)
    deleted: set[UUID] = field(default_factory=set)


def measure_crashes(rounds: int = ROUNDS) -> Damage:
    """Kill the service in every second round and PostgreSQL in the others."""
    damage, notes, chance = Damage(), Notes(), random.Random(1)
    with open_history(rows=1_000) as history:
        for number in range(rounds):
            with run_storage(history.url) as service:
                asyncio.run(_write_until_killed(history, service, notes, chance, kill_database=number % 2 == 1))
            history.start()
            damage = asyncio.run(_compare(history.url, notes)).plus(damage)
    if not damage.acknowledged:
        raise RuntimeError("nothing was acknowledged, so nothing could be lost")
    return damage


async def _write_until_killed(
    history: History, service: Running, notes: Notes, chance: random.Random, *, kill_database: bool
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=WRITERS)
    async with httpx.AsyncClient(base_url=service.url, headers=headers, limits=limits, timeout=10) as client:
        writers = [asyncio.create_task(_write(client, notes, random.Random(chance.random()))) for _ in range(WRITERS)]
        await asyncio.sleep(chance.uniform(SHORTEST_S, LONGEST_S))
        await asyncio.to_thread(history.kill if kill_database else service.process.kill)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)


async def _write(client: httpx.AsyncClient, notes: Notes, chance: random.Random) -> None:
    """Store, label and delete until an answer does not come.

    Before a deletion is sent, the note of the row is taken back: it may be done although the answer never comes.
    """
    while True:
        prediction_id, body = uuid4(), make_prediction(chance.randrange(10**9), model_name="crash")
        path = f"/v1/predictions/{prediction_id}"
        (await client.put(path, content=body.model_dump_json())).raise_for_status()
        notes.drawings[prediction_id] = hashlib.sha256(body.drawing).digest()
        if chance.random() < 0.5:
            label = chance.randrange(10)
            (await client.put(f"{path}/label", json={"digit": label})).raise_for_status()
            notes.labels[prediction_id] = label
        if chance.random() < 0.2:
            del notes.drawings[prediction_id]
            notes.labels.pop(prediction_id, None)
            (await client.delete(path)).raise_for_status()
            notes.deleted.add(prediction_id)


async def _compare(url: str, notes: Notes) -> Damage:
    connection = await asyncpg.connect(url)
    stored = {row["id"]: row for row in await connection.fetch(STORED)}
    rows = await connection.fetchval("SELECT count(*) FROM predictions WHERE model_name = 'crash'")
    differing = await find_differences(connection)
    await connection.close()
    return Damage(
        acknowledged=len(notes.drawings) + len(notes.deleted),
        lost=sum(_list_lost(notes, stored)) + len(notes.deleted & stored.keys()),
        duplicated=rows - len(stored),
        half_written=sum(not row["is_whole"] for row in stored.values())
        + sum(stored[one]["drawing"] != drawing for one, drawing in notes.drawings.items() if one in stored),
        wrong_sums=differing,
    )


def _list_lost(notes: Notes, stored: dict[UUID, asyncpg.Record]) -> Iterator[bool]:
    yield from (one not in stored for one in notes.drawings)
    yield from (one in stored and stored[one]["label"] != label for one, label in notes.labels.items())
