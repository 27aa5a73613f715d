"""The downloads of the History page, from a storage in memory."""

import codecs
import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.frontend.elements.csv_file import disarm
from services.frontend.views.history import download
from services.frontend.views.history.download import make_csv, make_zip, suffix_of
from services.frontend.views.history.download_buttons import write_extent
from shared.clients.service import RefusedError
from shared.contracts.message import ModelVersion
from shared.contracts.problem import Problem
from shared.contracts.storage import HistoryFilters, Order, PredictionCount, PredictionPage, StoredPrediction

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DRAWINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF....WEBP")
GONE = Problem(type="about:blank", title="", status=404, code="not_found", detail="")
EVERYTHING = HistoryFilters()


def a_prediction(number: int, **changes: object) -> StoredPrediction:
    fields = {
        "id": UUID(int=number),
        "created_at": NOON - timedelta(minutes=number),
        "digit": number % 10,
        "confidence": 0.9,
        "probabilities": [0.1] * 10,
        "digit_score": 0.8,
        "model": ModelVersion(name="cnn", version="1"),
        "source": "canvas",
        "label": None,
        "labelled_at": None,
    }
    return StoredPrediction.model_validate(fields | changes)


class FakeStorage:
    """Stored predictions in memory. The drawing depends on the number of the prediction; `gone` ones are deleted."""

    def __init__(self, predictions: list[StoredPrediction], gone: frozenset[int] = frozenset()) -> None:
        self.predictions = predictions
        self.gone = gone
        self.drawing_bytes = 0
        self.orders: set[Order] = set()

    def list_predictions(
        self, limit: int, filters: HistoryFilters, *, cursor: str | None = None, order: Order = "newest"
    ) -> PredictionPage:
        self.orders.add(order)
        first = int(cursor or 0)
        after = first + limit
        more = after < len(self.predictions)
        return PredictionPage(
            predictions=self.predictions[first:after], next_cursor=str(after) if more else None, previous_cursor=None
        )

    def get_drawing(self, prediction_id: UUID) -> bytes:
        if prediction_id.int in self.gone:
            raise RefusedError(GONE)
        return DRAWINGS[prediction_id.int % 3] + bytes(self.drawing_bytes)


def rows_of(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def open_zip(storage: FakeStorage) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(make_zip(storage, EVERYTHING)))


def test_every_prediction_is_a_row() -> None:
    stored = [a_prediction(number) for number in range(450)]
    rows = rows_of(make_csv(FakeStorage(stored), EVERYTHING))
    assert [row["id"] for row in rows] == [str(one.id) for one in stored]
    assert rows[3]["digit"] == "3"
    assert rows[3]["label"] == ""
    assert rows[3]["probability_9"] == "0.1"


def test_excel_reads_a_csv_as_utf_8() -> None:
    accented = a_prediction(1, model=ModelVersion(name="modèle", version="1"))
    written = make_csv(FakeStorage([accented]), EVERYTHING)
    assert written.startswith(codecs.BOM_UTF8)
    assert rows_of(written)[0]["model_name"] == "modèle"
    assert open_zip(FakeStorage([accented])).read("predictions.csv").startswith(codecs.BOM_UTF8)


def test_a_csv_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_ROWS", 250)
    assert len(rows_of(make_csv(FakeStorage([a_prediction(number) for number in range(450)]), EVERYTHING))) == 250


def test_no_cell_is_a_formula() -> None:
    evil = a_prediction(1, model=ModelVersion(name="=HYPERLINK(1)", version="@x"))
    (row,) = rows_of(make_csv(FakeStorage([evil]), EVERYTHING))
    assert (row["model_name"], row["model_version"]) == ("'=HYPERLINK(1)", "'@x")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@1", "\t=1", "\r=1"])
def test_a_formula_is_disarmed(text: str) -> None:
    assert disarm(text) == f"'{text}"


def test_a_drawing_is_in_the_zip_unchanged_with_the_suffix_of_its_format() -> None:
    stored = [a_prediction(number, label=4, labelled_at=NOON) for number in range(3)]
    archive = open_zip(FakeStorage(stored))
    rows = rows_of(archive.read("predictions.csv"))
    assert [row["file"].rpartition(".")[2] for row in rows] == ["png", "jpg", "webp"]
    assert [archive.read(row["file"]) for row in rows] == list(DRAWINGS)
    assert rows[1]["file"].startswith("drawings/2026-11-21_11-59-00_read-1_label-4_")


def test_a_rejected_drawing_is_rejected_in_the_table_and_in_the_name_of_its_file() -> None:
    archive = open_zip(FakeStorage([a_prediction(1, rejected=True)]))
    (row,) = rows_of(archive.read("predictions.csv"))
    assert (row["rejected"], row["digit"]) == ("True", "1")
    assert row["file"].startswith("drawings/2026-11-21_11-59-00_rejected_")


def test_a_deleted_drawing_is_left_out() -> None:
    archive = open_zip(FakeStorage([a_prediction(number) for number in range(20)], gone=frozenset({7})))
    rows = rows_of(archive.read("predictions.csv"))
    assert len(rows) == 19
    assert len(archive.namelist()) == 20


def test_a_zip_ends_at_its_limit_of_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_DRAWINGS", 12)
    assert len(open_zip(FakeStorage([a_prediction(number) for number in range(40)])).namelist()) == 13


def test_a_zip_ends_at_its_limit_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_DRAWING_BYTES", 10_500)
    storage = FakeStorage([a_prediction(number) for number in range(40)])
    storage.drawing_bytes = 1000
    archive = open_zip(storage)
    assert len(rows_of(archive.read("predictions.csv"))) == 10
    assert len(archive.namelist()) == 11


@pytest.mark.parametrize("content", [b"", b"RIFF....AVI LIST", b"\x89PNG"], ids=["empty", "film", "cut off"])
def test_a_file_that_is_not_a_picture_has_a_suffix_too(content: bytes) -> None:
    assert suffix_of(content) == "bin"


def test_a_file_has_the_order_of_the_list() -> None:
    storage = FakeStorage([a_prediction(number) for number in range(450)])
    make_csv(storage, EVERYTHING, "least_sure")
    make_zip(storage, EVERYTHING, "least_sure")
    assert storage.orders == {"least_sure"}


@pytest.mark.parametrize(
    ("count", "most", "order", "words"),
    [
        (PredictionCount(predictions=1, more=False), 10, "newest", "1 drawing"),
        (PredictionCount(predictions=10, more=False), 10, "newest", "all 10"),
        (PredictionCount(predictions=11, more=False), 10, "newest", "the newest 10"),
        (PredictionCount(predictions=10_000, more=True), 10_000, "least_sure", "the least sure 10,000"),
    ],
    ids=str,
)
def test_a_button_says_how_much_its_file_holds(count: PredictionCount, most: int, order: Order, words: str) -> None:
    assert write_extent(count, most, order) == words
