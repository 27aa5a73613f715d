"""Predictions as the rows of a Parquet file, and back.

A label is a small number, so that a program for training can use it as it is: a digit, or 10 for "not a digit".
"""

import base64
from collections.abc import Sequence

import pyarrow as pa

from shared.contracts.storage import NOT_A_DIGIT
from shared.exchange.client import Row

NOT_A_DIGIT_NUMBER = 10
TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("created_at", TIME),
        ("digit", pa.int8()),
        ("confidence", pa.float64()),
        ("probabilities", pa.list_(pa.float64())),
        ("digit_score", pa.float64()),
        ("rejected", pa.bool_()),
        ("model_name", pa.string()),
        ("model_version", pa.string()),
        ("source", pa.string()),
        ("owner", pa.string()),
        ("label", pa.int8()),
        ("labelled_at", TIME),
        ("drawing", pa.binary()),
    ]
)

TIMES = ("created_at", "labelled_at")
COPIED = ("id", "digit", "confidence", "probabilities", "digit_score", "rejected", "source", "owner")


def make_table(rows: Sequence[Row]) -> pa.Table:
    """Rows of the export → a table with SCHEMA."""
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in COPIED}
    columns["model_name"] = [row["model"]["name"] for row in rows]
    columns["model_version"] = [row["model"]["version"] for row in rows]
    for name in TIMES:
        columns[name] = pa.array([row[name] for row in rows], pa.string()).cast(TIME)
    columns["label"] = [NOT_A_DIGIT_NUMBER if row["label"] == NOT_A_DIGIT else row["label"] for row in rows]
    columns["drawing"] = [None if row["drawing"] is None else base64.b64decode(row["drawing"]) for row in rows]
    return pa.table({name: columns[name] for name in SCHEMA.names}, SCHEMA)


def make_rows(batch: pa.RecordBatch) -> list[Row]:
    """A part of a table with SCHEMA → rows for the import."""
    return [_make_row(record) for record in batch.to_pylist()]


def _make_row(record: Row) -> Row:
    row = {**record, "model": {"name": record.pop("model_name"), "version": record.pop("model_version")}}
    del row["model_name"], row["model_version"]
    row["created_at"] = record["created_at"].isoformat()
    row["labelled_at"] = record["labelled_at"].isoformat() if record["labelled_at"] else None
    row["label"] = NOT_A_DIGIT if record["label"] == NOT_A_DIGIT_NUMBER else record["label"]
    row["drawing"] = base64.b64encode(record["drawing"]).decode() if record["drawing"] is not None else None
    return row
