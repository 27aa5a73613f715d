"""With whose token a request goes to storage."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi import FastAPI

from services.frontend.caller_keys import OWN
from services.frontend.callers import Callers, CallersWrites
from services.frontend.saving.outbox import Delivery, Outbox
from services.frontend.saving.personal_outbox import PersonalOutbox
from services.frontend.storage_client import StorageClient
from shared.clients.patience import Patience
from shared.clients.service import ServiceUnavailableError
from tests.integration.clients.listening import listening
from tests.unit.frontend.conftest import a_prediction
from tests.unit.frontend.fake_access import PAGE, FakeAccess

LONG_S = 10.0


@pytest.fixture
def access() -> FakeAccess:
    return FakeAccess()


@pytest.fixture
def callers(access: FakeAccess) -> Iterator[Callers]:
    with listening(access.make_app()) as address:
        callers = Callers(StorageClient(address, token=PAGE, patience=Patience(retry_for_s=0)), max_browsers=2)
        yield callers
        callers.close()


def test_each_key_is_sent_as_its_token(callers: Callers, access: FakeAccess) -> None:
    first, second = uuid4(), uuid4()
    callers.acting_as("bearer:a-visitor").get_drawing(first)
    callers.acting_as(OWN).get_drawing(second)
    callers.acting_as("bearer:another").get_drawing(first)
    assert [token for _, token in access.asked] == ["a-visitor", PAGE, "another"]


def test_a_browser_gets_one_token_however_often_it_is_needed(callers: Callers, access: FakeAccess) -> None:
    for _ in range(3):
        callers.acting_as("browser:a").get_drawing(uuid4())
    callers.acting_as("browser:b").get_drawing(uuid4())
    assert access.issued == 2
    assert [token for path, token in access.asked if path != "/v1/visitors"] == ["visitor-1"] * 3 + ["visitor-2"]


def test_without_a_token_nothing_is_sent_under_another_name(callers: Callers, access: FakeAccess) -> None:
    access.is_away.set()
    with pytest.raises(ServiceUnavailableError):
        callers.acting_as("browser:a").get_drawing(uuid4())
    assert access.asked == [("/v1/visitors", PAGE)]


def test_a_field_that_has_its_default_is_not_sent_so_that_an_older_storage_need_not_know_it() -> None:
    app, sent = FastAPI(), []

    @app.put("/v1/predictions/{path:path}")
    def note(path: str, body: dict[str, object]) -> None:
        sent.append((path.partition("/")[2], sorted(body)))

    with listening(app) as address, StorageClient(address, token=PAGE, patience=Patience()) as storage:
        storage.put_prediction(prediction_id := uuid4(), a_prediction())
        storage.put_label(prediction_id, 3)
        storage.put_label(prediction_id, 5, instead_of=3)
    needed = ["confidence", "digit", "digit_score", "drawing", "model", "probabilities"]
    assert sent == [("", needed), ("label", ["digit"]), ("label", ["digit", "instead_of"])]


@pytest.mark.parametrize("why", ["is_away", "is_rotated"])
def test_a_drawing_waits_in_the_outbox_until_its_visitor_has_a_token(
    callers: Callers, access: FakeAccess, why: str
) -> None:
    getattr(access, why).set()
    shared_outbox = Outbox(CallersWrites(callers), retry_s=0.01)
    outbox, prediction_id = PersonalOutbox(shared_outbox, "browser:a"), uuid4()
    outbox.save(prediction_id, a_prediction())
    assert outbox.wait(prediction_id, 0.05) is Delivery.WAITING
    getattr(access, why).clear()
    assert outbox.wait(prediction_id, LONG_S) is Delivery.SAVED
    assert access.asked[-1] == (str(prediction_id), "visitor-1")
    shared_outbox.close()


def test_the_remembered_browsers_are_bounded(callers: Callers) -> None:
    tokens = [callers.find_token(f"browser:{name}") for name in "abc"]
    assert callers.find_token("browser:c") == tokens[2]
    assert callers.find_token("browser:a") != tokens[0]
