"""A running stand-in for a service, its address, and a clock that does not really wait."""

from collections.abc import Iterator

import pytest

from tests.integration.clients.listening import listening
from tests.integration.clients.stand_in import StandIn
from tests.unit.clients.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def _listening() -> Iterator[tuple[StandIn, str]]:
    stand_in = StandIn()
    with listening(stand_in) as address:
        yield stand_in, address


@pytest.fixture
def stand_in(_listening: tuple[StandIn, str]) -> StandIn:
    stand_in, _ = _listening
    stand_in.forget()
    return stand_in


@pytest.fixture
def url(_listening: tuple[StandIn, str]) -> str:
    _, address = _listening
    return address
