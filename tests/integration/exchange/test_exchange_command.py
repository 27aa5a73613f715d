"""`python -m shared.exchange` with a real storage: files and back, a run that is stopped, and files that do not fit."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest

from services.storage.app import create_app
from services.storage.settings import Settings
from shared.contracts.examples import SEVEN_PNG
from shared.exchange import parquet_export, parquet_import
from shared.exchange.__main__ import main
from shared.exchange.client import ExchangeClient
from shared.recognition.preprocessing import preprocess
from tests.integration.clients.listening import listening

TOKEN = "a token for tests"
PNG = b"\x89PNG\r\n\x1a\n"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
Row = dict[str, Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.setenv("STORAGE_TOKEN", TOKEN)
    return lambda url: listening(create_app(Settings(database_url=url, token=TOKEN)))


@pytest.fixture
def address(serve, database_url: str) -> Iterator[str]:
    with serve(database_url) as address:
        yield address


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes files, pages and requests so short that a few predictions fill several."""
    monkeypatch.setattr(parquet_export, "FILE_ROWS", 20)
    monkeypatch.setattr(parquet_import, "PART_ROWS", 7)
    read = ExchangeClient._read
    monkeypatch.setattr(
        ExchangeClient, "_read", lambda self, query, cursor: read(self, {**query, "limit": "6"}, cursor)
    )


def fill(address: str, count: int, drawing: Callable[[int], bytes], labels: tuple[object, ...]) -> list[Row]:
    """Import predictions over HTTP → them."""
    chance = random.Random(5)
    rows = [
        {
            "id": f"{number + 1:032x}",
            "created_at": f"2026-11-{1 + number % 28:02}T10:00:00.{number:06}Z",
            "digit": number % 10,
            "confidence": chance.random(),
            "probabilities": [chance.random() for _ in range(10)],
            "digit_score": chance.random(),
            "rejected": number % 3 == 0,
            "model": {"name": "cnn", "version": str(number % 2)},
            "source": "api",
            "owner": None if number % 2 else f"{number:032x}",
            "label": labels[number % len(labels)],
            "labelled_at": "2026-11-28T10:00:00.5Z" if labels[number % len(labels)] is not None else None,
            "drawing": base64.b64encode(drawing(number)).decode(),
        }
        for number in range(count)
    ]
    answer = httpx.post(f"{address}/v1/import", json={"predictions": rows}, headers=HEADERS)
    assert answer.json() == {"stored": count, "existing": 0}
    return rows


def read_all(address: str) -> list[Row]:
    answer = httpx.get(f"{address}/v1/export", headers=HEADERS)
    return [json.loads(line) for line in answer.text.splitlines()]


def some_bytes(number: int) -> bytes:
    return PNG + bytes([number])


@pytest.mark.usefixtures("small")
def test_an_export_and_an_import_carry_every_prediction_to_another_slate(
    serve, address, empty_migrated_url, tmp_path, capsys
):
    fill(address, 50, some_bytes, (None, 3, "not_a_digit"))
    assert main(["--url", address, "export", str(tmp_path / "files")]) == 0
    names = sorted(file.name for file in (tmp_path / "files").iterdir())
    assert names == [f"predictions-{number:06}.parquet" for number in (1, 2, 3)]
    with serve(empty_migrated_url) as other:
        assert main(["--url", other, "import", str(tmp_path / "files")]) == 0
        assert read_all(other) == read_all(address)
        assert main(["--url", other, "import", str(tmp_path / "files")]) == 0
    assert "Imported: 0. They existed already: 50." in capsys.readouterr().err


@pytest.mark.usefixtures("small")
def test_an_export_that_was_stopped_goes_on_after_its_last_complete_file(address, tmp_path):
    fill(address, 50, some_bytes, (None,))
    folder = tmp_path / "files"
    main(["--url", address, "export", str(folder)])
    complete = {file.name: file.read_bytes() for file in folder.iterdir()}
    written = (folder / "predictions-000001.parquet").stat().st_mtime_ns
    (folder / "predictions-000002.parquet").unlink()
    (folder / "predictions-000003.parquet").rename(folder / "predictions-000002.writing")
    assert main(["--url", address, "export", str(folder)]) == 0
    again = {file.name: pq.read_table(file) for file in sorted(folder.iterdir())}
    assert set(again) == set(complete)
    assert (folder / "predictions-000001.parquet").stat().st_mtime_ns == written
    ids = [one for table in again.values() for one in table.column("id").to_pylist()]
    assert len(set(ids)) == len(ids) == 50


@pytest.mark.usefixtures("small")
def test_parquet_has_the_values_exactly(address, tmp_path):
    rows = {row["id"]: row for row in fill(address, 20, some_bytes, (None, 3, "not_a_digit"))}
    main(["--url", address, "export", str(tmp_path / "files")])
    found = pq.read_table(tmp_path / "files").to_pylist()
    assert len(found) == 20
    for one in found:
        row = rows[one["id"].replace("-", "")]
        assert (one["confidence"], one["probabilities"]) == (row["confidence"], row["probabilities"])
        assert one["label"] == (10 if row["label"] == "not_a_digit" else row["label"])
        assert one["created_at"].microsecond == int(row["created_at"][20:26])
        assert base64.b64encode(one["drawing"]).decode() == row["drawing"]


@pytest.mark.usefixtures("small")
def test_a_period_without_drawings_is_exported_without_them_and_not_imported(address, tmp_path, capsys):
    fill(address, 28, some_bytes, (None,))
    period = ["--since", "2026-11-03T00:00:00Z", "--until", "2026-11-05T00:00:00Z"]
    assert main(["--url", address, "export", str(tmp_path / "files"), "--without-drawings", *period]) == 0
    table = pq.read_table(tmp_path / "files")
    assert [time.day for time in table.column("created_at").to_pylist()] == [3, 4]
    assert main(["--url", address, "import", str(tmp_path / "files")]) == 2
    assert "exported without drawings" in capsys.readouterr().err


def test_a_folder_with_another_export_is_left_alone(address, tmp_path, capsys):
    fill(address, 2, some_bytes, (None,))
    main(["--url", address, "export", str(tmp_path)])
    assert main(["--url", address, "export", str(tmp_path), "--without-drawings"]) == 2
    assert "has an export with other options" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"no parquet at all", b"PAR1 but broken PAR1"])
def test_a_file_that_is_no_export_is_named(address, tmp_path, capsys, content):
    file = tmp_path / "wrong.parquet"
    file.write_bytes(content)
    assert main(["--url", address, "import", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def read_idx(path: Path) -> np.ndarray:
    """LeCun's description of the format, in numpy."""
    content = path.read_bytes()
    assert content[:3] == b"\x00\x00\x08"
    sides = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(sides)


def seven(number: int) -> bytes:
    return base64.b64decode(SEVEN_PNG)


@pytest.mark.usefixtures("small")
def test_labelled_drawings_become_idx_files_of_prepared_images(address, tmp_path, capsys):
    fill(address, 30, lambda number: PNG if number == 7 else seven(number), (None, 7, "not_a_digit", 1))
    assert main(["--url", address, "export-idx", str(tmp_path)]) == 0
    images, labels = (read_idx(tmp_path / f"drawings-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1"))
    assert images.shape == (14, 28, 28)
    assert sorted(labels.tolist()) == [1] * 6 + [7] * 8
    assert all((image == preprocess(base64.b64decode(SEVEN_PNG))).all() for image in images)
    assert "Labelled drawings" in (said := capsys.readouterr().err)
    assert "Left out, because they have no image or no digit: 8." in said


@pytest.mark.usefixtures("small")
def test_an_idx_export_that_was_stopped_goes_on_without_a_gap_or_a_repetition(address, tmp_path):
    fill(address, 30, seven, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
    main(["--url", address, "export-idx", str(tmp_path / "whole")])
    folder = tmp_path / "stopped"
    main(["--url", address, "export-idx", str(folder)])
    progress = json.loads((folder / "progress.json").read_text())
    with ExchangeClient(address, api_key=TOKEN) as client:
        first = next(client.read_pages(progress["query"], None))
    early = progress | {"images": 6, "cursor": first.next_cursor, "complete": False}
    (folder / "progress.json").write_text(json.dumps(early))
    with (folder / "drawings-images-idx3-ubyte").open("ab") as images:
        images.write(b"half an image")
    assert main(["--url", address, "export-idx", str(folder)]) == 0
    for file in (tmp_path / "whole").iterdir():
        assert (folder / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_wrong_token_is_refused_with_a_sentence(address, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("STORAGE_TOKEN", "wrong")
    assert main(["--url", address, "export", str(tmp_path)]) == 2
    assert "Stopped:" in capsys.readouterr().err
