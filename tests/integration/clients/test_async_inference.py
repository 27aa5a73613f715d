"""The client for asyncio: it sends what the other client sends, and retries as that one does."""

import asyncio

import pytest
from starlette.responses import JSONResponse, Response

from shared.clients.async_inference import AsyncInferenceClient
from shared.clients.inference import InferenceClient
from shared.clients.patience import Patience
from shared.clients.service import RefusedError, ServiceUnavailableError
from shared.contracts.inference import Prediction
from tests.integration.clients.listening import hanging_up
from tests.integration.clients.stand_in import PREDICTION, StandIn
from tests.network import CLOSED_URL

PIXELS = [[row + column for column in range(28)] for row in range(28)]
ONE_TRY = Patience(retry_for_s=0)
NOT_WRITTEN = {"use_ticket"}  # only the page promotes


async def test_a_request_is_that_of_the_other_client(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(*[JSONResponse(PREDICTION)] * 4)
    with InferenceClient(url, api_key="a-key") as client:
        client.predict(b"a picture", "image/jpeg", model="mlp", explain=True)
        client.predict_pixels(PIXELS)
    async with AsyncInferenceClient(url, api_key="a-key") as client:
        prediction = await client.predict(b"a picture", "image/jpeg", model="mlp", explain=True)
        await client.predict_pixels(PIXELS)
    assert prediction == Prediction.model_validate(PREDICTION)
    first, second, *again = [(asked.line, asked.body, asked.headers["authorization"]) for asked in stand_in.asked]
    assert again == [first, second]


async def test_an_overloaded_service_is_asked_again(url: str, stand_in: StandIn) -> None:
    stand_in.will_answer(Response(status_code=503), Response(status_code=503), JSONResponse(PREDICTION))
    async with AsyncInferenceClient(url) as client:
        assert (await client.predict(b"a picture")).digit == 7
    assert len(stand_in.asked) == 3
    assert len({asked.headers["x-request-id"] for asked in stand_in.asked}) == 1


async def test_errors_are_those_of_the_other_client(url: str, stand_in: StandIn) -> None:
    problem = {"type": "x", "title": "x", "status": 422, "code": "blank_drawing", "detail": "Draw something."}
    stand_in.will_answer(JSONResponse(problem, 422), Response(status_code=503), JSONResponse({"digit": 7}))
    async with AsyncInferenceClient(url, patience=ONE_TRY) as client:
        with pytest.raises(RefusedError, match="Draw something"):
            await client.predict(b"a picture")
        for _ in range(2):  # overloaded, and an answer of another form
            with pytest.raises(ServiceUnavailableError):
                await client.predict(b"a picture")
    async with AsyncInferenceClient(CLOSED_URL, patience=ONE_TRY) as client:
        assert not await client.is_ready()
        with pytest.raises(ServiceUnavailableError, match="did not answer"):
            await client.list_models()
    with pytest.raises(ValueError, match="API key"):
        AsyncInferenceClient(url, api_key="two\nlines")


async def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with hanging_up() as url:
        async with AsyncInferenceClient(url, patience=ONE_TRY) as client:
            assert await asyncio.gather(*[client.is_ready()] * 1) == [True]
            assert await client.is_ready()


def test_every_method_of_the_other_client_is_there() -> None:
    methods = {name for name in vars(InferenceClient) if not name.startswith("_")}
    assert methods - NOT_WRITTEN <= set(vars(AsyncInferenceClient))
