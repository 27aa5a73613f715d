"""The file that keeps changes: one owner at a time, all or nothing, readable by its user alone."""

import sqlite3
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from services.frontend.saving.change import Change
from services.frontend.saving.queue_file import QueueDamagedError, QueueFile, QueueFileError, QueueInUseError
from tests.unit.frontend.conftest import a_prediction


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox-0.sqlite3"


def a_change(drawing: bytes = b"png") -> Change:
    return Change(prediction=a_prediction(drawing=drawing), key="secret-token")


def test_changes_are_read_in_their_order(path: Path) -> None:
    ids = [uuid4() for _ in range(20)]
    with QueueFile(path) as file:
        for prediction_id in ids:
            file.write({prediction_id: a_change()})
        file.write({ids[0]: Change(discarded=True), ids[1]: None})
    with QueueFile(path) as file:
        changes, is_complete = file.read()
    assert is_complete
    assert list(changes) == [ids[0], *ids[2:]]
    assert changes[ids[0]] == Change(discarded=True)


def test_a_second_owner_is_refused_until_the_first_closes(path: Path) -> None:
    with QueueFile(path) as first:
        with pytest.raises(QueueInUseError):
            QueueFile(path)
        first.write({uuid4(): a_change()})  # the refused one has not taken the lock away
        with pytest.raises(QueueInUseError):
            QueueFile(path)
    QueueFile(path).close()


def test_the_files_are_for_their_owner_alone(path: Path) -> None:
    with QueueFile(path) as file:
        file.write({uuid4(): a_change()})
        modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\x00" + bytes(range(256)) * 40])
def test_another_file_is_recognised(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(QueueDamagedError):
        QueueFile(path)


def test_a_database_with_a_damaged_page_is_recognised(path: Path) -> None:
    with QueueFile(path) as file:
        file.write({uuid4(): a_change(bytes(2000)) for _ in range(50)})
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with pytest.raises(QueueDamagedError):
        QueueFile(path)


def test_a_row_that_cannot_be_read_is_reported_beside_the_others(path: Path) -> None:
    with QueueFile(path) as file:
        file.write({(good := uuid4()): a_change(), (bad := uuid4()): a_change()})
    with sqlite3.connect(path) as database:
        database.execute("UPDATE changes SET change = 'other' WHERE prediction_id = ?", (bad.bytes,))
    database.close()
    with QueueFile(path) as file:
        assert file.read() == ({good: a_change()}, False)


def test_a_folder_that_does_not_exist_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(QueueFileError):
        QueueFile(tmp_path / "missing" / "outbox-0.sqlite3")


def test_nothing_of_a_removed_change_stays_on_the_disk(path: Path) -> None:
    drawing = b"a drawing that its owner has deleted"
    with QueueFile(path) as file:
        file.write({(prediction_id := uuid4()): a_change(drawing)})
        file.write({prediction_id: None})
        file.compact(is_empty=True)
        left = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"secret-token" not in left
    assert b"changes" in left  # it is the file of the table


def test_a_file_that_was_large_is_small_again_when_it_is_empty(path: Path) -> None:
    with QueueFile(path) as file:
        ids = [uuid4() for _ in range(40)]
        file.write({prediction_id: a_change(bytes(100_000)) for prediction_id in ids})
        file.compact(is_empty=False)
        assert path.stat().st_size > 4_000_000
        file.write(dict.fromkeys(ids))
        file.compact(is_empty=True)
        assert path.stat().st_size < 100_000
