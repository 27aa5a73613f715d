"""Parquet files of an export → predictions in a running Slate, a part at a time.

A prediction whose id exists already is left as it is, so a run that was stopped is continued by the same command.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shared.contracts.exchange import ImportResult
from shared.exchange.client import ExchangeClient, Row
from shared.exchange.errors import FileError
from shared.exchange.parts import cut
from shared.exchange.sending import send_parts
from shared.exchange.table import SCHEMA, make_rows

PART_ROWS = 1_000  # predictions in one request; storage takes 2,000
PART_CHARACTERS = 8 * 1024 * 1024  # of drawings in one request, unless one drawing has more; storage takes 16 MiB


def import_parquet(client: ExchangeClient, places: Sequence[Path], progress: Callable[[int], object]) -> ImportResult:
    """Import files and folders of files → how many were stored and how many existed. FileError, OSError."""
    rows = (row for file in find_files(places) for row in read_rows(file))
    parts = cut(rows, PART_ROWS, lambda row: len(row["drawing"]), PART_CHARACTERS)
    return send_parts(client, parts, progress)


def find_files(places: Sequence[Path]) -> list[Path]:
    """List the Parquet files. FileError if a place has none."""
    files: list[Path] = []
    for place in places:
        found = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
        if not found or not found[0].exists():
            raise FileError(f"There is no Parquet file at {place}.")
        files += found
    return files


def read_rows(file: Path) -> Iterator[Row]:
    """Yield the rows of one file. FileError if it has other columns, or no drawings."""
    try:
        with pq.ParquetFile(file) as parquet:
            if parquet.schema_arrow.names != SCHEMA.names:
                raise FileError(f"{file} has other columns than an export of Slate.")
            for batch in parquet.iter_batches(batch_size=PART_ROWS):
                if batch.column("drawing").null_count:
                    raise FileError(f"{file} was exported without drawings, so it cannot be imported.")
                yield from make_rows(batch)
    except pa.ArrowInvalid as error:
        raise FileError(f"{file} is no Parquet file: {error}") from error
