"""The snapshot of storage: it is read without waiting, and renewed by a thread."""

import threading
from collections.abc import Iterator

import pytest

from services.frontend.snapshot import Snapshot
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.problem import Problem

LONG_S = 10.0
REFUSAL = RefusedError(Problem(type="x", title="Unauthorised", status=401, code="unauthorised", detail="token"))


class FakeSource:
    """Counts its answers. It can hang, and it can raise the errors in `errors` first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.answers = threading.Event()
        self.answers.set()
        self.answered = 0

    def __call__(self) -> int:
        assert self.answers.wait(LONG_S)
        if self.errors:
            raise self.errors.pop()
        self.answered += 1
        return self.answered


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def snapshot(source: FakeSource) -> Iterator[Snapshot[int]]:
    snapshot = Snapshot(source, retry_s=0.01)
    yield snapshot
    source.answers.set()
    snapshot.close()


def test_a_snapshot_is_fetched_when_it_is_outdated(snapshot: Snapshot[int], source: FakeSource) -> None:
    assert snapshot.get(0) == (None, None)
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (1, None)
    assert snapshot.get(0) == (1, None)
    assert source.answered == 1


def test_while_the_source_hangs_the_last_version_is_read(snapshot: Snapshot[int], source: FakeSource) -> None:
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (1, None)
    source.answers.clear()
    snapshot.mark_outdated()
    latest, coming = snapshot.get(0)
    assert (latest, coming is not None and snapshot.has(coming)) == (1, False)
    source.answers.set()
    assert snapshot.get(LONG_S) == (2, None)
    assert coming is not None
    assert snapshot.has(coming)


def test_a_mark_during_a_request_is_not_lost(snapshot: Snapshot[int], source: FakeSource) -> None:
    source.answers.clear()
    snapshot.mark_outdated()
    snapshot.mark_outdated()
    source.answers.set()
    snapshot.get(LONG_S)
    answered = source.answered
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (answered + 1, None)


def test_a_source_that_is_away_is_asked_until_it_answers(snapshot: Snapshot[int], source: FakeSource) -> None:
    source.errors = [ServiceUnavailableError("away")] * 3
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (1, None)


@pytest.mark.parametrize("error", [REFUSAL, ValueError("unexpected")])
def test_a_source_that_refuses_is_not_asked_again_and_the_thread_lives(
    snapshot: Snapshot[int], source: FakeSource, error: Exception
) -> None:
    source.errors = [error]
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (None, None)
    snapshot.mark_outdated()
    assert snapshot.get(LONG_S) == (1, None)
