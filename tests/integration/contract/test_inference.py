"""Inference answers every request as its OpenAPI document says, valid or not."""

from services.inference.app import create_app
from services.inference.bounds import Bounds
from services.inference.settings import Settings
from tests.integration.clients.listening import listening
from tests.integration.contract.schemathesis_run import check_contract
from tests.integration.inference.conftest import MODELS

NEVER_FULL = Bounds(free_units=1_000_000)  # a busy machine may answer 503 `overloaded`, which is no breach


def test_inference_keeps_its_contract() -> None:
    with listening(create_app(Settings(models_dir=MODELS), NEVER_FULL)) as url:
        check_contract(url)
