"""The journal of a model: one whole line for each event, whoever writes and whatever was interrupted."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared.recognition.journal import JOURNAL, MAX_READ_BYTES, append_event, read_journal
from shared.recognition.model_version import ModelVersionError


def test_events_are_read_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    first = append_event(tmp_path, "cnn", "held_back", version="2026-11-29.1", why="scribbles: -3.10 points")
    second = append_event(tmp_path, "cnn", "promoted", version="2026-11-29.1", who="Ada", details={"before": None})

    assert read_journal(tmp_path, "cnn") == [first, second]


def test_a_model_without_a_journal_has_no_events(tmp_path: Path) -> None:
    assert read_journal(tmp_path, "cnn") == []


def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelVersionError):
        append_event(tmp_path, "../cnn", "failed")
    with pytest.raises(ModelVersionError):
        read_journal(tmp_path, "../cnn")


def test_half_a_line_of_a_killed_process_costs_only_that_line(tmp_path: Path) -> None:
    first = append_event(tmp_path, "cnn", "failed", why="storage is away")
    with (tmp_path / "cnn" / JOURNAL).open("ab") as journal:
        journal.write(b'{"at": "2026-11-29T03:0')
    second = append_event(tmp_path, "cnn", "nothing_to_learn")

    assert read_journal(tmp_path, "cnn") == [first, second]


def test_an_event_that_this_slate_does_not_know_is_left_out(tmp_path: Path) -> None:
    known = append_event(tmp_path, "cnn", "promoted", version="1")
    line = known.model_dump_json().replace("promoted", "distilled")
    with (tmp_path / "cnn" / JOURNAL).open("a") as journal:
        journal.write(line + "\n")

    assert read_journal(tmp_path, "cnn") == [known]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b"null",
        b'{"at": "2026-11-29T03:00:00", "event": "promoted", "version": "2"}',  # the time of which place?
        b'{"at": "2026-11-29T03:00:00Z", "event": "promoted", "version": 2}',
        b'{"at": "2026-11-29T03:00:00Z", "event": "failed", "details": []}',
        b'{"at": 1e400, "event": "failed"}',
    ],
    ids=[
        "no text",
        "nested",
        "null",
        "time without a zone",
        "version of another type",
        "details of another type",
        "inf",
    ],
)
def test_a_broken_line_costs_only_that_line(tmp_path: Path, line: bytes) -> None:
    first = append_event(tmp_path, "cnn", "refined", version="1")
    with (tmp_path / "cnn" / JOURNAL).open("ab") as journal:
        journal.write(line + b"\n")
    second = append_event(tmp_path, "cnn", "promoted", version="1")

    assert read_journal(tmp_path, "cnn") == [first, second]


def test_what_a_later_slate_writes_beside_an_event_is_passed_over(tmp_path: Path) -> None:
    known = append_event(tmp_path, "cnn", "promoted", version="1")
    with (tmp_path / "cnn" / JOURNAL).open("a") as journal:
        journal.write(known.model_dump_json().replace("{", '{"mood": "good", ', 1) + "\n")

    assert read_journal(tmp_path, "cnn") == [known, known]


def test_of_a_very_long_journal_the_end_is_read(tmp_path: Path) -> None:
    (tmp_path / "cnn").mkdir()
    (tmp_path / "cnn" / JOURNAL).write_bytes(b"x" * (2 * MAX_READ_BYTES))
    last = append_event(tmp_path, "cnn", "refined", version="1")

    assert read_journal(tmp_path, "cnn") == [last]


def test_a_reason_that_is_too_long_is_cut(tmp_path: Path) -> None:
    assert len(append_event(tmp_path, "cnn", "failed", why="x" * 10_000).why) == 4000


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        list(processes.map(_write_fifty, [tmp_path, tmp_path]))

    assert len(read_journal(tmp_path, "cnn")) == 100


def _write_fifty(models_dir: Path) -> None:
    for _ in range(50):
        append_event(models_dir, "cnn", "failed", why="a reason of a usual length, as commands give it")
