"""`python -m benchmarks.scaling.disk [--rows 300000]` prints how much disk a stored prediction and its drawing take.

It fills an embedded PostgreSQL with the history of `benchmarks.storage`, whose newest drawings have the size of real
ones.
"""

import argparse
import asyncio
from dataclasses import dataclass

import asyncpg

from benchmarks.storage.database import DRAWING_BYTES, LARGE_DRAWINGS, open_history

SIZES = """
SELECT pg_table_size('predictions') AS rows, pg_indexes_size('predictions') AS indexes,
       pg_total_relation_size('drawings') AS drawings, pg_database_size(current_database()) AS everything
"""


@dataclass(frozen=True)
class Disk:
    """Bytes on disk for one prediction without its drawing, in the table and in its indexes, and for one drawing."""

    row: float
    indexes: float
    drawing: float

    @property
    def prediction(self) -> float:
        """Without its drawing."""
        return self.row + self.indexes


async def measure_disk(url: str, rows: int) -> Disk:
    """Read the sizes of a filled database."""
    connection = await asyncpg.connect(url)
    sizes = await connection.fetchrow(SIZES)
    await connection.close()
    return Disk(sizes["rows"] / rows, sizes["indexes"] / rows, sizes["drawings"] / min(rows, LARGE_DRAWINGS))


def main() -> None:
    """Print the sizes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling.disk", description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000, help="predictions in the history")
    options = parser.parse_args()
    with open_history(options.rows) as history:
        disk = asyncio.run(measure_disk(history.url, options.rows))
    print(f"| of {options.rows:,} predictions | bytes on disk |")
    print("| --- | --- |")
    print(f"| a prediction, in the table | {disk.row:,.0f} |")
    print(f"| a prediction, in the indexes | {disk.indexes:,.0f} |")
    print(f"| a drawing of {DRAWING_BYTES:,} bytes | {disk.drawing:,.0f} |")


if __name__ == "__main__":
    main()
