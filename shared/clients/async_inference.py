"""The client of inference for asyncio: the methods of `InferenceClient`, awaited, without `use_ticket`.

The methods are not written twice: each of them makes its request with the method of `InferenceClient`, of which a
`_Recorder` keeps the request in place of sending it.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

import httpx

from shared.clients.inference import InferenceClient
from shared.clients.patience import DEFAULT_PATIENCE, RETRIED_ERRORS, Patience, Retries
from shared.clients.service import (
    CLOSED_CONNECTION,
    FindRequestId,
    M,
    ServiceUnavailableError,
    check_success,
    find_address,
    identify,
    make_options,
    read_answer,
)
from shared.contracts.message import Message

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class _Call:
    """A request that was not sent, and the message that its answer is."""

    answer: type[Message]
    method: str
    path: str
    options: dict[str, Any]  # httpx's own


class _Recorder(InferenceClient):
    """Returns its requests. It has no connections."""

    def __init__(self) -> None:
        pass

    def ask(self, answer: type[M], method: str, path: str, **options: Any) -> M:
        return cast("M", _Call(answer, method, path, options))


RECORDER = _Recorder()


def _awaited(
    method: Callable[Concatenate[InferenceClient, P], R],
) -> "Callable[Concatenate[AsyncInferenceClient, P], Coroutine[Any, Any, R]]":
    async def ask(client: "AsyncInferenceClient", /, *args: P.args, **kwargs: P.kwargs) -> R:
        call = cast("_Call", method(RECORDER, *args, **kwargs))
        return cast("R", await client.ask(call.answer, call.method, call.path, **call.options))

    ask.__doc__ = method.__doc__
    return ask


class AsyncInferenceClient:
    """Use it in one event loop, with `async with`. Its methods, errors and retries are those of `InferenceClient`."""

    predict = _awaited(InferenceClient.predict)
    predict_pixels = _awaited(InferenceClient.predict_pixels)
    predict_batch = _awaited(InferenceClient.predict_batch)
    read = _awaited(InferenceClient.read)
    explain = _awaited(InferenceClient.explain)
    explain_pixels = _awaited(InferenceClient.explain_pixels)
    look_inside = _awaited(InferenceClient.look_inside)
    look_inside_pixels = _awaited(InferenceClient.look_inside_pixels)
    list_models = _awaited(InferenceClient.list_models)
    get_model = _awaited(InferenceClient.get_model)
    get_drift = _awaited(InferenceClient.get_drift)
    get_journal = _awaited(InferenceClient.get_journal)

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        patience: Patience = DEFAULT_PATIENCE,
        find_request_id: FindRequestId = lambda: None,
    ) -> None:
        """As that of `ServiceClient`."""
        self._http = httpx.AsyncClient(**make_options(base_url, api_key, patience))
        self._address = find_address(self._http.base_url)
        self._retry_for_s = patience.retry_for_s
        self._find_request_id = find_request_id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def is_ready(self) -> bool:
        """Ask /readyz once, without retries, because the caller wants to know about this moment."""
        try:
            return (await self._send("GET", "/readyz")).is_success
        except httpx.RequestError:
            return False

    async def ask(self, answer: type[M], method: str, path: str, **options: Any) -> M:
        """Send a request → its response as a message. ServiceUnavailableError, RefusedError."""
        options = identify(options, self._find_request_id)
        try:
            response = await self._send_with_retries(method, path, **options)
        except httpx.RequestError as error:
            raise ServiceUnavailableError(f"{self._address} did not answer: {error}") from error
        check_success(response, self._address)
        return read_answer(answer, response, self._address)

    async def _send_with_retries(self, method: str, path: str, **options: Any) -> httpx.Response:
        """As `send_with_retries` of shared.clients.patience."""
        retries = Retries(self._retry_for_s, time.monotonic())
        while True:
            try:
                response = await self._send(method, path, **options)
            except RETRIED_ERRORS:
                if (wait_s := retries.find_wait(None, time.monotonic())) is None:
                    raise
            else:
                if (wait_s := retries.find_wait(response, time.monotonic())) is None:
                    return response
            await asyncio.sleep(wait_s)

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **options)
        except CLOSED_CONNECTION:
            return await self._http.request(method, path, **options)
