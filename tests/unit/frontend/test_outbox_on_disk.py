"""The outbox and its folder: what waits survives a restart, and a bad disk stops nobody."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import pytest

from services.frontend.caller_keys import make_curator_key
from services.frontend.elements.sentences import describe_delivery
from services.frontend.saving.kept_changes import KeptChanges
from services.frontend.saving.outbox import Delivery, Outbox, OutboxFullError
from services.frontend.saving.queue_file import QueueFile
from tests.unit.frontend.conftest import FakeStorage, a_prediction

LONG_S = 10.0


@contextmanager
def run_outbox(storage: FakeStorage, folder: Path, **options: float) -> Iterator[Outbox]:
    box = Outbox(storage, folder, max_unsaved=50, retry_s=0.01, **options)  # type: ignore[arg-type]
    try:
        yield box
    finally:
        box.close()


@contextmanager
def a_full_disk(file_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond `file_bytes`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def wait_for(outbox: Outbox, prediction_id: UUID, wanted: Delivery) -> None:
    deadline = time.monotonic() + LONG_S
    while (delivery := outbox.wait(prediction_id, 0.01)) is not wanted:
        assert time.monotonic() < deadline, f"{delivery} and not {wanted}"


def test_what_waits_is_sent_after_a_restart_in_its_order_with_its_token(storage: FakeStorage, tmp_path: Path) -> None:
    ids = [uuid4() for _ in range(5)]
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        for prediction_id in ids:
            before.save(prediction_id, a_prediction(drawing=prediction_id.bytes), key=str(prediction_id))
        before.label(ids[1], 4, key=str(ids[1]))
        before.discard(ids[2], key=str(ids[2]))
    assert storage.writes == []
    storage.available.set()
    with run_outbox(storage, tmp_path) as after:
        for prediction_id in ids:
            assert after.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert list(dict.fromkeys(written for _, written, _ in storage.writes)) == ids
    assert all(token == str(written) for _, written, token in storage.writes)
    assert {each: storage.predictions[each].drawing for each in storage.predictions} == {
        each: each.bytes for each in ids if each != ids[2]
    }
    assert storage.labels == {ids[1]: 4}


def test_what_two_people_say_of_a_prediction_is_sent_after_a_restart(storage: FakeStorage, tmp_path: Path) -> None:
    storage.available.clear()
    prediction_id = uuid4()
    with run_outbox(storage, tmp_path) as before:
        before.label(prediction_id, 3, key="ada")
        before.label(prediction_id, 5, key="bob")
    storage.available.set()
    with run_outbox(storage, tmp_path) as after:
        assert after.wait(prediction_id, LONG_S) is Delivery.SAVED
        assert [key for _, _, key in storage.writes] == ["ada", "bob"]
    with run_outbox(storage, tmp_path) as later:
        assert later.unsaved == 0


def test_what_was_forgotten_is_not_sent_after_a_restart(storage: FakeStorage, tmp_path: Path) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        before.save(drawn := uuid4(), a_prediction(), key="bearer:old", browser="a")
    with run_outbox(storage, tmp_path) as between:
        between.forget("bearer:new", "a")
    storage.available.set()
    with run_outbox(storage, tmp_path) as after:
        assert after.wait(drawn, LONG_S) is Delivery.SAVED
    assert storage.writes == [("delete_prediction", drawn, "bearer:old")]


def test_what_was_sent_is_not_sent_again_after_a_restart(storage: FakeStorage, tmp_path: Path) -> None:
    with run_outbox(storage, tmp_path) as before:
        before.save(prediction_id := uuid4(), a_prediction())
        assert before.wait(prediction_id, LONG_S) is Delivery.SAVED
    written = list(storage.writes)
    with run_outbox(storage, tmp_path) as after:
        assert after.unsaved == 0
    assert storage.writes == written


def test_a_replaced_prediction_is_not_in_the_file_any_more(storage: FakeStorage, tmp_path: Path) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        before.save(first := uuid4(), a_prediction())
        before.save(second := uuid4(), a_prediction(), replaces=first)
    with run_outbox(storage, tmp_path) as after:
        assert after.unsaved == 1
        storage.available.set()
        assert after.wait(second, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == {second}


def test_the_bounds_count_what_an_earlier_process_left(storage: FakeStorage, tmp_path: Path) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        before.save(uuid4(), a_prediction(drawing=bytes(90)))
    with run_outbox(storage, tmp_path, max_bytes=100) as after:
        assert after.has_room(10)
        with pytest.raises(OutboxFullError):
            after.save(uuid4(), a_prediction(drawing=bytes(11)))


@pytest.mark.parametrize("damage", [b"no database", b""], ids=["other file", "cut off"])
def test_a_damaged_file_is_put_aside_with_a_warning_and_the_outbox_works(
    storage: FakeStorage, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: bytes
) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        for _ in range(20):
            before.save(uuid4(), a_prediction(drawing=os.urandom(3000)))
    file = tmp_path / "outbox-0.sqlite3"
    file.write_bytes(damage or file.read_bytes()[:20_000])
    with run_outbox(storage, tmp_path) as after:
        after.save(prediction_id := uuid4(), a_prediction())
        assert after.wait(prediction_id, 0) is Delivery.WAITING
        storage.available.set()
        assert after.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert "outbox_file_damaged" in capsys.readouterr().out


def leave_a_file_with_an_unreadable_row(storage: FakeStorage, folder: Path) -> tuple[UUID, UUID]:
    """Returns the two predictions that can be read."""
    first, second, unreadable = uuid4(), uuid4(), uuid4()
    storage.available.clear()
    with run_outbox(storage, folder) as outbox:
        for prediction_id in (first, second, unreadable):
            outbox.save(prediction_id, a_prediction(drawing=prediction_id.bytes))
    storage.available.set()
    file = folder / "outbox-0.sqlite3"
    content = file.read_bytes()
    assert content.count(b'{"prediction"') == 3
    file.write_bytes(
        content.replace(b'{"prediction"', b'{"pred\xff\xfftion"', 1)
    )  # the newest stands first in the file
    return first, second


def test_what_can_be_read_of_a_damaged_file_is_sent(storage: FakeStorage, tmp_path: Path) -> None:
    readable = leave_a_file_with_an_unreadable_row(storage, tmp_path)
    with run_outbox(storage, tmp_path) as after:
        for prediction_id in readable:
            assert after.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == set(readable)


@pytest.mark.parametrize("file_bytes", [4096, 9000, 17_000])
def test_what_can_be_read_of_a_damaged_file_is_sent_once_a_full_disk_has_room(
    storage: FakeStorage, tmp_path: Path, file_bytes: int
) -> None:
    readable = leave_a_file_with_an_unreadable_row(storage, tmp_path)
    with a_full_disk(file_bytes), run_outbox(FakeStorage(), tmp_path) as before:
        assert before.unsaved == 0
    with run_outbox(storage, tmp_path) as after:
        for prediction_id in readable:
            assert after.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == set(readable)


def test_an_own_file_that_is_found_damaged_while_it_is_taken_over_ends_the_round(
    storage: FakeStorage, tmp_path: Path
) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        before.save(prediction_id := uuid4(), a_prediction())
    (tmp_path / "outbox-1.sqlite3").touch()
    kept = KeptChanges(tmp_path, {})
    taken_over = kept.take_over()
    assert set(next(taken_over)) == {prediction_id}
    (tmp_path / "outbox-0.sqlite3").unlink()
    kept.compact()
    assert list(taken_over) == []


def test_on_a_full_disk_the_page_says_that_it_is_not_saved_and_keeps_it_when_there_is_room(
    storage: FakeStorage, tmp_path: Path
) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as before:
        before.save(kept := uuid4(), a_prediction(drawing=b"first"))
        with a_full_disk(60_000):
            before.save(unkept := uuid4(), a_prediction(drawing=os.urandom(60_000)))
            before.label(kept, 3)
            delivery = before.wait(unkept, 0)
            assert delivery is Delivery.UNKEPT
            assert describe_delivery(delivery) == (
                "Not saved: waiting for storage, and the disk has no room to keep it until then"
            )
        wait_for(before, unkept, Delivery.WAITING)
        wait_for(before, kept, Delivery.WAITING)
    storage.available.set()
    with run_outbox(storage, tmp_path) as after:
        assert after.wait(unkept, LONG_S) is after.wait(kept, LONG_S) is Delivery.SAVED
    assert set(storage.predictions) == {kept, unkept}
    assert storage.labels == {kept: 3}


def test_on_a_full_disk_predictions_still_reach_storage(storage: FakeStorage, tmp_path: Path) -> None:
    with a_full_disk(60_000), run_outbox(storage, tmp_path) as outbox:
        for _ in range(5):
            outbox.save(prediction_id := uuid4(), a_prediction(drawing=os.urandom(60_000)))
            assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert len(storage.predictions) == 5


def test_what_was_sent_while_the_disk_was_full_leaves_the_file_when_there_is_room(
    storage: FakeStorage, tmp_path: Path
) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path, tidy_s=0.01) as before:
        before.save(prediction_id := uuid4(), a_prediction(drawing=os.urandom(60_000)))
        with a_full_disk(4096):
            storage.available.set()
            assert before.wait(prediction_id, LONG_S) is Delivery.SAVED
            assert not before._kept.has(prediction_id)
            assert before.state.unkept == 0  # it waits for nothing
        deadline = time.monotonic() + LONG_S
        while not before._kept.has(prediction_id):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    sent = len(storage.writes)
    with run_outbox(storage, tmp_path) as after:
        assert after.unsaved == 0
    assert len(storage.writes) == sent


def test_a_folder_that_cannot_be_used_is_tried_again(storage: FakeStorage, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file in place of the folder")
    storage.available.clear()
    with run_outbox(storage, folder) as outbox:
        outbox.save(prediction_id := uuid4(), a_prediction())
        assert outbox.wait(prediction_id, 0.05) is Delivery.UNKEPT
        folder.unlink()
        wait_for(outbox, prediction_id, Delivery.WAITING)
        storage.available.set()
        assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED


def test_what_was_sent_while_there_is_no_folder_is_forgotten(storage: FakeStorage, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file in place of the folder")
    with run_outbox(storage, folder) as outbox:
        outbox.save(prediction_id := uuid4(), a_prediction())
        assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
        assert outbox.state.unkept == 0
        assert outbox._kept.has(prediction_id)
        storage.available.clear()
        outbox.save(uuid4(), a_prediction())
        assert outbox.state.unkept == 1


def test_a_curator_for_whom_nothing_is_held_costs_the_disk_nothing(
    storage: FakeStorage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with run_outbox(storage, tmp_path) as outbox:
        outbox._kept.close()  # a write would complain
        outbox.renew(make_curator_key("token", "ada@example.org"))
    assert "outbox_not_kept_on_disk" not in capsys.readouterr().out


def test_a_file_that_somebody_deleted_is_made_again(
    storage: FakeStorage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path, tidy_s=0.01) as before:
        before.save(earlier := uuid4(), a_prediction())
        (file := tmp_path / "outbox-0.sqlite3").unlink()
        before.label(later := uuid4(), 4)
        deadline = time.monotonic() + LONG_S
        while not file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    storage.available.set()
    with run_outbox(storage, tmp_path) as after:
        assert after.wait(earlier, LONG_S) is after.wait(later, LONG_S) is Delivery.SAVED
    assert (set(storage.predictions), storage.labels) == ({earlier}, {later: 4})
    assert "outbox_not_kept_on_disk" in capsys.readouterr().out


def test_an_error_of_one_round_does_not_end_the_outbox(
    storage: FakeStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = threading.Event()

    def fail(_folder: Path, _own: QueueFile) -> NoReturn:
        failed.set()
        raise PermissionError("the folder cannot be listed")

    with run_outbox(storage, tmp_path, tidy_s=0.01) as outbox:
        monkeypatch.setattr("services.frontend.saving.kept_changes.open_abandoned", fail)
        assert failed.wait(LONG_S)
        outbox.save(prediction_id := uuid4(), a_prediction())
        assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert "outbox_failed" in capsys.readouterr().out


def test_two_outboxes_on_one_folder_have_a_file_each(storage: FakeStorage, tmp_path: Path) -> None:
    storage.available.clear()
    with run_outbox(storage, tmp_path) as first, run_outbox(storage, tmp_path, tidy_s=0.01) as second:
        first.save(uuid4(), a_prediction())
        second.save(prediction_id := uuid4(), a_prediction())
        assert second.wait(prediction_id, 0.1) is Delivery.WAITING  # meanwhile it looked at the other file
        assert (first.unsaved, second.unsaved) == (1, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"outbox-0.sqlite3", "outbox-1.sqlite3"}


def test_a_running_outbox_sends_what_one_that_ended_left(storage: FakeStorage, tmp_path: Path) -> None:
    away = FakeStorage()
    away.available.clear()
    left = uuid4()
    with run_outbox(away, tmp_path) as ending, run_outbox(storage, tmp_path, tidy_s=0.01) as running:
        ending.save(left, a_prediction())
        ending.close()
        deadline = time.monotonic() + LONG_S
        while left not in storage.predictions:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert running.wait(left, LONG_S) is Delivery.SAVED
    with run_outbox(away, tmp_path) as later:
        assert later.unsaved == 0


def test_a_label_made_meanwhile_is_later_than_a_prediction_that_is_taken_over(
    storage: FakeStorage, tmp_path: Path
) -> None:
    storage.available.clear()
    prediction_id = uuid4()
    with run_outbox(storage, tmp_path) as ending, run_outbox(storage, tmp_path) as running:
        ending.save(prediction_id, a_prediction())
        ending.label(prediction_id, 1)
        running.label(prediction_id, 2)  # the browser has connected to another process
        ending.close()
        wait_for_drawing(running)
        storage.available.set()
        assert running.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert storage.labels == {prediction_id: 2}
    assert set(storage.predictions) == {prediction_id}


def wait_for_drawing(outbox: Outbox) -> None:
    """Until the outbox has taken over a prediction."""
    deadline = time.monotonic() + LONG_S
    while outbox.has_room(256 * 1024 * 1024):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_while_storage_is_away_the_file_is_flushed_to_the_disk(
    storage: FakeStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = threading.Event()
    monkeypatch.setattr("services.frontend.saving.queue_file.os.fsync", lambda _descriptor: flushed.set())
    storage.available.clear()
    with run_outbox(storage, tmp_path) as outbox:
        outbox.save(uuid4(), a_prediction())
        assert flushed.wait(LONG_S)


def test_what_a_curator_changed_waits_for_that_curator_also_after_a_restart(
    storage: FakeStorage, tmp_path: Path
) -> None:
    old, new = make_curator_key("old", "ada@example.org"), make_curator_key("new", "ada@example.org")
    storage.expired.add(old)
    with run_outbox(storage, tmp_path) as before:
        before.save(drawn := uuid4(), a_prediction(), key=old)
        before.save(other := uuid4(), a_prediction())
        assert before.wait(other, LONG_S) is Delivery.SAVED
    with run_outbox(storage, tmp_path) as after:
        after.save(other := uuid4(), a_prediction())
        assert after.wait(other, LONG_S) is Delivery.SAVED
        after.renew(new)
        assert after.wait(drawn, LONG_S) is Delivery.SAVED
    assert ("put_prediction", drawn, new) in storage.writes


def test_what_an_older_storage_does_not_understand_is_sent_again_at_the_next_start(
    storage: FakeStorage, tmp_path: Path
) -> None:
    storage.unknown |= {"put_prediction", "take_label_back"}
    with run_outbox(storage, tmp_path) as before:
        before.save(drawn := uuid4(), a_prediction(), key="bearer:visitor")
        before.label(drawn, 4, instead_of=5, key="bearer:visitor")
        before.label(labelled := uuid4(), 3, instead_of=5, key="bearer:visitor")
        before.discard(other := uuid4(), key="bearer:visitor")
        assert before.wait(other, LONG_S) is Delivery.SAVED
        assert (before.state.held, before.state.refused) == (2, 0)
    storage.unknown.clear()
    with run_outbox(storage, tmp_path) as after:
        assert after.wait(drawn, LONG_S) is after.wait(labelled, LONG_S) is Delivery.SAVED
    assert storage.predictions.keys() == {drawn}
    assert storage.labels == {drawn: 4, labelled: 3}
