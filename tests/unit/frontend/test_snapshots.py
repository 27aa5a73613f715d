"""The copies of what storage holds: they are read without waiting, and renewed by threads, each key on its own."""

import threading
from collections.abc import Iterator

import pytest

from services.frontend.snapshots import Snapshots
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.problem import Problem

LONG_S = 10.0
ME = "me"
REFUSAL = RefusedError(Problem(type="x", title="Unauthorised", status=401, code="unauthorised", detail="token"))


class FakeSource:
    """Counts its answers. It can hang, and it can raise the errors in `errors` first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.answers = threading.Event()
        self.answers.set()
        self.answered = 0
        self.asked: list[str] = []

    def __call__(self, key: str) -> int:
        self.asked.append(key)
        assert self.answers.wait(LONG_S)
        if self.errors:
            raise self.errors.pop()
        self.answered += 1
        return self.answered


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def snapshot(source: FakeSource) -> Iterator[Snapshots[int]]:
    snapshot = Snapshots(source, retry_s=0.01, threads=2, max_keys=10)
    yield snapshot
    source.answers.set()
    snapshot.close()


def test_a_snapshot_is_fetched_when_it_is_first_read_and_when_it_is_outdated(
    snapshot: Snapshots[int], source: FakeSource
) -> None:
    assert snapshot.get(ME, LONG_S) == (1, None)
    assert snapshot.get(ME, 0) == (1, None)
    assert source.answered == 1
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (2, None)


def test_while_the_source_hangs_the_last_version_is_read(snapshot: Snapshots[int], source: FakeSource) -> None:
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (1, None)
    source.answers.clear()
    snapshot.mark_outdated(ME)
    latest, coming = snapshot.get(ME, 0)
    assert (latest, coming is not None and snapshot.has(ME, coming)) == (1, False)
    source.answers.set()
    assert snapshot.get(ME, LONG_S) == (2, None)
    assert coming is not None
    assert snapshot.has(ME, coming)


def test_a_mark_during_a_request_is_not_lost(snapshot: Snapshots[int], source: FakeSource) -> None:
    source.answers.clear()
    snapshot.mark_outdated(ME)
    snapshot.mark_outdated(ME)
    source.answers.set()
    snapshot.get(ME, LONG_S)
    answered = source.answered
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (answered + 1, None)


def test_a_source_that_is_away_is_asked_until_it_answers(snapshot: Snapshots[int], source: FakeSource) -> None:
    source.errors = [ServiceUnavailableError("away")] * 3
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (1, None)


@pytest.mark.parametrize("error", [REFUSAL, ValueError("unexpected")])
def test_a_source_that_refuses_is_not_asked_again_and_the_thread_lives(
    snapshot: Snapshots[int], source: FakeSource, error: Exception
) -> None:
    source.errors = [error]
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (None, None)
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (1, None)


def test_each_key_has_its_own_copy(snapshot: Snapshots[int], source: FakeSource) -> None:
    assert snapshot.get(ME, LONG_S) == (1, None)
    assert snapshot.get("somebody else", LONG_S) == (2, None)
    assert snapshot.get(ME, 0) == (1, None)
    assert source.asked == [ME, "somebody else"]


def test_a_key_whose_answer_hangs_does_not_delay_another(source: FakeSource) -> None:
    hangs = threading.Event()
    snapshot: Snapshots[str] = Snapshots(lambda key: key if key == ME or hangs.wait(LONG_S) else "", threads=2)
    snapshot.mark_outdated("slow")
    snapshot.mark_outdated(ME)
    assert snapshot.get(ME, LONG_S) == (ME, None)
    hangs.set()
    snapshot.close()


def test_the_copies_that_were_used_least_lately_are_forgotten(snapshot: Snapshots[int]) -> None:
    assert snapshot.get(ME, LONG_S) == (1, None)
    for number in range(10):
        snapshot.get(f"visitor {number}", LONG_S)
    assert snapshot.get(ME, LONG_S) == (12, None)
