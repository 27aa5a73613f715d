"""Asks a chat-completions endpoint about one picture, and turns every failure into a problem.

Only this module imports `openai`. Error messages of the endpoint are neither logged nor passed on, because they may
contain the API key.
"""

import asyncio
import base64
import math
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import openai
import structlog

from services.inference.upstream.openai_answer import (
    ANSWER_SCHEMA,
    INSTRUCTION,
    OpenAiAnswer,
    OpenAiAnswerError,
    OpenAiRefusalError,
    parse_completion,
)
from shared.contracts.problem import ProblemCode
from shared.web.problems import ProblemError

if TYPE_CHECKING:
    import httpx2

logger = structlog.get_logger(__name__)

MAX_RETRY_WAIT_S = 5  # a longer Retry-After is not waited for; the package would wait up to two minutes
DEFAULT_WAIT_S = 10  # for the caller, if the endpoint sends no Retry-After
DAY_S = 24 * 60 * 60

CHOOSE_ANOTHER = "choose another model (GET /v1/models)"
KEY_REFUSED = "can't answer: its provider refused Slate's key. Ask the operator to check INFERENCE_OPENAI_API_KEY"
MODEL_UNKNOWN = (
    "is unknown to its provider. Ask the operator to check INFERENCE_OPENAI_MODELS and INFERENCE_OPENAI_BASE_URL"
)
PICTURE_NOT_ACCEPTED = "did not accept the picture. Send a smaller one, as PNG or JPEG"
SENTENCE_OF_STATUS = {
    **dict.fromkeys((400, 413, 422), PICTURE_NOT_ACCEPTED),
    **dict.fromkeys((401, 403), KEY_REFUSED),
    404: MODEL_UNKNOWN,
}


class OpenAiChat:
    """The connections to one endpoint. Use it in one event loop."""

    def __init__(self, base_url: str, api_key: str, timeout_s: float, max_retries: int) -> None:
        self._timeout_s = timeout_s
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            timeout=timeout_s,
            max_retries=max_retries,
            http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [_skip_long_retry]}),
        )
        # Accessed here, because the first access imports a submodule, and no request should wait for that.
        self._completions = self._client.chat.completions.with_raw_response

    async def ask(self, picture: bytes, media_type: str, model: str) -> OpenAiAnswer:
        """Ask the model for its answer. ProblemError `upstream_timeout`, `upstream_failed`, `rate_limited`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await self._complete(picture, media_type, model)
            return parse_completion(body)
        except (TimeoutError, openai.OpenAIError, OpenAiAnswerError) as error:
            _log_failure(error, model)
            raise self._make_problem(error, model) from None  # its message may contain the key

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _complete(self, picture: bytes, media_type: str, model: str) -> bytes:
        """The raw body of the response. The package's own types would not be validated."""
        url = f"data:{media_type};base64,{base64.b64encode(picture).decode()}"
        response = await self._completions.create(
            model=model,
            messages=[
                {"role": "system", "content": INSTRUCTION},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]},
            ],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "reading", "strict": True, "schema": ANSWER_SCHEMA},
            },
        )
        return response.content

    def _make_problem(self, error: Exception, model: str) -> ProblemError:
        code: ProblemCode = "upstream_failed"
        headers = None
        match error:
            case TimeoutError() | openai.APITimeoutError():
                code = "upstream_timeout"
                sentence = f"did not answer within {self._timeout_s:g} s. Try again"
            case openai.RateLimitError():
                code = "rate_limited"
                wait_s = _retry_after_s(error.response.headers, DEFAULT_WAIT_S)
                headers = {"Retry-After": str(wait_s)}
                sentence = f"has reached its rate limit. Try again in {wait_s} s"
            case openai.APIStatusError():
                sentence = SENTENCE_OF_STATUS.get(
                    error.status_code, f"failed at its provider (HTTP {error.status_code}). Try again in a moment"
                )
            case OpenAiRefusalError():
                sentence = "refused to read this picture. Send another one"
            case OpenAiAnswerError():
                sentence = "did not answer with ten probabilities. Try again"
            case _:
                sentence = "can't be reached. Try again in a moment"
        return ProblemError(code, f"openai/{model} {sentence}, or {CHOOSE_ANOTHER}.", headers)


def _log_failure(error: Exception, model: str) -> None:
    """Log the kind of error, the status, and the request id, with which the operator can ask the provider."""
    logger.warning(
        "openai_failed",
        model=model,
        kind=type(error).__name__,
        status=getattr(error, "status_code", None),
        upstream_request_id=getattr(error, "request_id", None),
        reason=str(error) if isinstance(error, OpenAiAnswerError) else None,
    )


async def _skip_long_retry(response: "httpx2.Response") -> None:
    """Stop the package from retrying after a long Retry-After, so that the caller learns of the wait at once."""
    if _retry_after_s(response.headers, default=0) > MAX_RETRY_WAIT_S:
        response.headers["x-should-retry"] = "false"


def _retry_after_s(headers: "httpx2.Headers", default: int) -> int:
    """The Retry-After header in whole seconds: a number or a date (RFC 9110 §10.2.3), or `default` without either."""
    value = headers.get("retry-after", "")
    try:
        return _limit_wait_s(float(value))
    except ValueError:
        pass
    try:
        return _limit_wait_s(parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return default


def _limit_wait_s(seconds: float) -> int:
    """Round up and limit to 1 second to 1 day. ValueError for NaN."""
    if math.isnan(seconds):
        raise ValueError
    return math.ceil(min(max(seconds, 1), DAY_S))
