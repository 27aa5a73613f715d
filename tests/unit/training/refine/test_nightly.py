"""When the next night is, and how the options are read."""

import threading
from datetime import datetime, time, timedelta

import pytest

from training.refine.nightly import find_next, parse, wait_until


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-11-29 02:59:59", "2026-11-29 03:00"),
        ("2026-11-29 03:00:00", "2026-11-30 03:00"),
        ("2026-11-29 12:00:00", "2026-11-30 03:00"),
        ("2026-12-31 23:59:00", "2027-01-01 03:00"),
    ],
)
def test_the_next_night_is_the_next_three_o_clock(now: str, moment: str) -> None:
    assert find_next(datetime.fromisoformat(now), time(3)) == datetime.fromisoformat(moment)


def test_all_other_options_go_to_refine_and_the_drift_report_reads_the_same_places() -> None:
    nightly = parse(["--at", "23:30", "--keep", "7", "--once", "--model", "mlp", "--seed", "3", "--storage-url", "x"])
    assert (nightly.at, nightly.keep, nightly.once, nightly.model) == (time(23, 30), 7, True, "mlp")
    places = ("--models-dir", "models", "--storage-url", "x")
    assert "a-token" not in repr(parse(["--storage-token", "a-token"]))
    assert nightly.refine == ("--model", "mlp", *places, "--seed", "3")
    assert nightly.drift == ("mlp", *places)


@pytest.mark.parametrize("arguments", [["--at", "24:00"], ["--at", "3"], ["--keep", "0"], ["--keep", "-1"]])
def test_a_wrong_option_ends_with_a_usage_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)
    assert "usage:" in capsys.readouterr().err


def test_the_wait_ends_when_the_clock_was_set_forward() -> None:
    began = datetime(2026, 11, 29, 12)
    clock = iter([began, began + timedelta(hours=16)])
    waited: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0)
            return False

    wait_until(began + timedelta(hours=15), Stop(), lambda: next(clock))
    assert waited == [60]


def test_the_wait_ends_when_it_is_stopped() -> None:
    stop = threading.Event()
    stop.set()
    wait_until(datetime.now() + timedelta(hours=15), stop)
