"""Rows of predictions for tests: random ones, the statement that stores many at once, and whether one fits filters."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.storage.queries.true_digit import decode_label
from shared.contracts.storage import HistoryFilters

Row = dict[str, Any]
MODELS = [("cnn", "1"), ("cnn", "2"), ("mlp", "1"), ("mlp", "a/b")]
SOURCES = ["canvas", "upload", "camera", "api"]
BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
OWNERS = [UUID(int=1), UUID(int=2), None]
COLUMNS = (
    "id, created_at, digit, confidence, probabilities, digit_score, model_name, model_version, source, drawing, "
    "media_type, label, labelled_at, rejected, owner"
)
INSERT = f"INSERT INTO predictions ({COLUMNS}) VALUES ({', '.join(f'${number + 1}' for number in range(15))})"


def make_rows(number: int, seed: int) -> list[Row]:
    """Random predictions of five days. Many were made in the same hour, and some at midnight."""
    chance = random.Random(seed)
    return [make_row(chance) for _ in range(number)]


def make_row(chance: random.Random) -> Row:
    digit = chance.randrange(10)
    label = chance.choice([None, None, digit, chance.randrange(10), 10])
    name, version = chance.choice(MODELS)
    return {
        "id": UUID(int=chance.getrandbits(128)),
        "created_at": BEGINNING + timedelta(hours=chance.randrange(121)),
        "digit": digit,
        "confidence": chance.choice([chance.random(), chance.randrange(11) / 10]),
        "probabilities": [0.1] * 10,
        "digit_score": chance.random(),
        "model_name": name,
        "model_version": version,
        "source": chance.choice(SOURCES),
        "drawing": b"\x89PNG\r\n\x1a\n",
        "media_type": "image/png",
        "label": label,
        "labelled_at": None if label is None else BEGINNING,
        "rejected": chance.random() < 0.3,
        "owner": chance.choice(OWNERS),
    }


def is_right(row: Row) -> bool:
    """Whether the label says that the prediction is right."""
    return bool(row["label"] == row["digit"] or (row["label"] == 10 and row["rejected"]))


def fits(row: Row, filters: HistoryFilters) -> bool:
    """Whether a row fits the filters: the definition in plain Python."""
    labelled = row["label"] is not None
    model = f"{row['model_name']}/{row['model_version']}"
    return all(
        (
            filters.digit in (None, row["digit"]),
            filters.label is None or filters.label == decode_label(row["label"]),
            filters.labelled in (None, labelled),
            filters.correct is None or (labelled and is_right(row) == filters.correct),
            filters.model in (None, row["model_name"], model),
            filters.source in (None, row["source"]),
            filters.since is None or row["created_at"] >= filters.since,
            filters.until is None or row["created_at"] < filters.until,
        )
    )


def make_filters(chance: random.Random) -> HistoryFilters:
    """Random filters: every one of them, and every pair, comes up among a few hundred."""
    hour = timedelta(hours=1)
    choices: dict[str, object] = {
        "digit": chance.randrange(10),
        "label": chance.choice([chance.randrange(10), "not_a_digit"]),
        "labelled": chance.random() < 0.5,
        "correct": chance.random() < 0.5,
        "model": chance.choice(["cnn", "mlp", "cnn/2", "mlp/a/b", "nobody", "cnn/9"]),
        "source": chance.choice(SOURCES),
        "since": BEGINNING + chance.randrange(121) * hour,
        "until": BEGINNING + chance.choice([24 * chance.randrange(6), chance.randrange(121)]) * hour,
    }
    chosen = chance.sample(sorted(choices), chance.choice([0, 1, 1, 2, 2, 2, 3, 4]))
    return HistoryFilters(**{name: choices[name] for name in chosen})
