"""The watch of a service: pages read its last answer, also while the service hangs."""

import threading
from collections.abc import Iterator

import pytest

from services.frontend.health_watch import HealthWatch

LONG_S = 10.0


class FakeService:
    """A service that is ready or not, and that can hang. `asked` is set whenever it was asked."""

    def __init__(self) -> None:
        self.ready = True
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Event()
        self.error: Exception | None = None

    def is_ready(self) -> bool:
        self.asked.set()
        assert self.answers.wait(LONG_S)
        if self.error:
            raise self.error
        return self.ready

    def close(self) -> None:
        self.ready = False


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def watch(service: FakeService) -> Iterator[HealthWatch]:
    watch = HealthWatch(service, every_s=0.01)
    yield watch
    service.answers.set()
    watch.close()


def wait_until_asked(service: FakeService) -> None:
    """Returns when a request that began after this call has been answered."""
    for _ in range(2):
        service.asked.clear()
        assert service.asked.wait(LONG_S)


def test_the_watch_notices_that_a_service_goes_and_comes_back(watch: HealthWatch, service: FakeService) -> None:
    for ready in (False, True, False):
        service.ready = ready
        wait_until_asked(service)
        assert watch.is_ready is ready


def test_the_last_answer_is_known_while_the_service_hangs(watch: HealthWatch, service: FakeService) -> None:
    service.ready = False
    wait_until_asked(service)
    service.answers.clear()
    service.asked.clear()
    assert service.asked.wait(LONG_S)  # this request gets no answer
    assert watch.is_ready is False


def test_an_unexpected_error_counts_as_away_and_does_not_end_the_watch(
    watch: HealthWatch, service: FakeService
) -> None:
    service.error = RuntimeError("unexpected")
    wait_until_asked(service)
    assert watch.is_ready is False
    service.error = None
    wait_until_asked(service)
    assert watch.is_ready is True


def test_who_asks_now_gets_the_answer_of_this_moment(service: FakeService) -> None:
    watch = HealthWatch(service, every_s=LONG_S)
    assert service.asked.wait(LONG_S)
    service.ready = False
    assert watch.ask_now() is False
    watch.close()
