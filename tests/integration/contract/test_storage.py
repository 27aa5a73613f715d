"""Storage answers every request as its OpenAPI document says, valid or not."""

from services.storage.app import create_app
from services.storage.settings import Settings
from tests.integration.clients.listening import listening
from tests.integration.contract.schemathesis_run import find_breaches
from tests.integration.storage.conftest import TOKEN


def test_storage_keeps_its_contract(database_url: str) -> None:
    with listening(create_app(Settings(database_url=database_url, token=TOKEN))) as url:
        assert find_breaches(url, Authorization=f"Bearer {TOKEN}") == ""
