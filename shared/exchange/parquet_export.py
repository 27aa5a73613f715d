"""Predictions → a folder of Parquet files, which every program that reads Parquet takes as one data set.

A file gets its name when it is complete, and holds the cursor of the predictions after it. A run that was stopped is
continued by the same command: at the end of the last complete file.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from shared.atomic_file import replacing
from shared.exchange.client import ExchangeClient, Page
from shared.exchange.errors import FileError
from shared.exchange.table import SCHEMA, make_table

FILE_ROWS = 100_000  # a run that was stopped loses no more than the rows of one file
CURSOR, QUERY = "slate.next_cursor", "slate.query"  # in the metadata of a file; an empty cursor is the end


@dataclass(frozen=True)
class Continuation:
    """Where an export goes on: the number of the next file, and its cursor, None for the beginning."""

    number: int
    cursor: str | None
    complete: bool = False


def export_parquet(
    client: ExchangeClient, folder: Path, query: Mapping[str, str], progress: Callable[[int], object]
) -> None:
    """Write everything that fits the query and is not in the folder yet. FileError, OSError.

    `progress` gets the number of rows after each page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = find_continuation(folder, query)
    pages = client.read_pages(query, place.cursor)
    while not place.complete:
        place = _write_file(pages, folder, query, place, progress)


def find_continuation(folder: Path, query: Mapping[str, str]) -> Continuation:
    """Read the last complete file of an export. FileError if the folder has an export of another query."""
    files = sorted(folder.glob("predictions-*.parquet"))
    if not files:
        return Continuation(1, None)
    try:
        metadata = pq.read_metadata(files[-1]).metadata or {}
        cursor, earlier = metadata[CURSOR.encode()].decode(), json.loads(metadata[QUERY.encode()])
    except (KeyError, ValueError) as error:
        raise FileError(f"{files[-1]} was not written by this command. Choose another folder.") from error
    if earlier != dict(query):
        raise FileError(f"{folder} has an export with other options. Choose another folder.")
    return Continuation(int(files[-1].stem.partition("-")[2]) + 1, cursor, complete=not cursor)


def _write_file(
    pages: Iterator[Page],
    folder: Path,
    query: Mapping[str, str],
    place: Continuation,
    progress: Callable[[int], object],
) -> Continuation:
    file = folder / f"predictions-{place.number:06}.parquet"
    count, cursor = 0, place.cursor
    with replacing(file) as part, pq.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
        for page in pages:
            writer.write_table(make_table(page.rows))
            count, cursor = count + len(page.rows), page.next_cursor
            progress(len(page.rows))
            if count >= FILE_ROWS:
                break
        writer.add_key_value_metadata({CURSOR: cursor or "", QUERY: json.dumps(dict(query))})
    return Continuation(place.number + 1, cursor, complete=cursor is None)
