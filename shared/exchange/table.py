"""Predictions as the rows of a Parquet file, and back.

A label is a small number, so that a program for training can use it as it is: a digit, or 10 for "not a digit".
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa

from shared.exchange.client import Row

NOT_A_DIGIT, NOT_A_DIGIT_NUMBER = "not_a_digit", 10
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


def make_table(rows: Sequence[Row]) -> pa.Table:
    """Rows of the export → a table with SCHEMA."""
    columns: dict[str, list[object]] = {name: [row.get(name) for row in rows] for name in SCHEMA.names}
    columns["model_name"] = [row["model"]["name"] for row in rows]
    columns["model_version"] = [row["model"]["version"] for row in rows]
    columns["created_at"] = [_parse_time(row["created_at"]) for row in rows]
    columns["labelled_at"] = [_parse_time(row["labelled_at"]) for row in rows]
    columns["label"] = [NOT_A_DIGIT_NUMBER if row["label"] == NOT_A_DIGIT else row["label"] for row in rows]
    columns["drawing"] = [None if row["drawing"] is None else base64.b64decode(row["drawing"]) for row in rows]
    return pa.table(columns, SCHEMA)


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


def _parse_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
