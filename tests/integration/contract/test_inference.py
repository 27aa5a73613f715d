"""Inference answers every request as its OpenAPI document says, valid or not."""

from services.inference.app import create_app
from services.inference.settings import Settings
from tests.integration.clients.listening import listening
from tests.integration.contract.schemathesis_run import find_breaches
from tests.integration.inference.conftest import MODELS


def test_inference_keeps_its_contract() -> None:
    with listening(create_app(Settings(models_dir=MODELS))) as url:
        assert find_breaches(url) == ""
