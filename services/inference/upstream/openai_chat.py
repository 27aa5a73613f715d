"""One question to a chat-completions endpoint, and every way it can fail as a problem with a sentence.

The only module that imports `openai`. What upstream says of a failure is neither logged nor passed on: it may repeat
the key.
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

LONGEST_WAIT_S = 5  # that a Retry-After is waited out; the package would wait two minutes
UNKNOWN_WAIT_S = 10  # told to the caller where upstream does not say
DAY_S = 24 * 60 * 60

CHOOSE_ANOTHER = "choose another model (GET /v1/models)"
KEY_REFUSED = "can't be asked: the key was refused there. Tell whoever runs Slate to check INFERENCE_OPENAI_API_KEY"
NOT_KNOWN = "is not known there. Tell whoever runs Slate to check INFERENCE_OPENAI_MODELS and INFERENCE_OPENAI_BASE_URL"
NOT_TAKEN = "did not take the picture. Send a smaller one, as PNG or JPEG"
SENTENCE_OF_STATUS = {
    **dict.fromkeys((400, 413, 422), NOT_TAKEN),
    **dict.fromkeys((401, 403), KEY_REFUSED),
    404: NOT_KNOWN,
}


class OpenAiChat:
    """Connections to one endpoint. Belongs to one event loop."""

    def __init__(self, base_url: str, api_key: str, timeout_s: float, max_retries: int) -> None:
        self._timeout_s = timeout_s
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            timeout=timeout_s,
            max_retries=max_retries,
            http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [_refuse_long_wait]}),
        )
        self._completions = self._client.chat.completions.with_raw_response  # imported now, not by the first request

    async def ask(self, picture: bytes, media_type: str, model: str) -> OpenAiAnswer:
        """ProblemError `upstream_timeout`, `upstream_failed`, `rate_limited`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await self._complete(picture, media_type, model)
            return parse_completion(body)
        except (TimeoutError, openai.OpenAIError, OpenAiAnswerError) as error:
            _log_failure(error, model)
            raise self._problem_of(error, model) from None  # what it says may repeat the key

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _complete(self, picture: bytes, media_type: str, model: str) -> bytes:
        """The body as it came: the package reads it into its types unchecked."""
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

    def _problem_of(self, error: Exception, model: str) -> ProblemError:
        code: ProblemCode = "upstream_failed"
        headers = None
        match error:
            case TimeoutError() | openai.APITimeoutError():
                code = "upstream_timeout"
                sentence = f"did not answer within {self._timeout_s:g} s. Try again"
            case openai.RateLimitError():
                code = "rate_limited"
                wait_s = _retry_after_s(error.response.headers, UNKNOWN_WAIT_S)
                headers = {"Retry-After": str(wait_s)}
                sentence = f"takes no more questions for now. Try again in {wait_s} s"
            case openai.APIStatusError():
                sentence = SENTENCE_OF_STATUS.get(
                    error.status_code, f"failed there (HTTP {error.status_code}). Try again in a moment"
                )
            case OpenAiRefusalError():
                sentence = "refused to read this picture. Send another one"
            case OpenAiAnswerError():
                sentence = "answered something else than ten probabilities. Try again"
            case _:
                sentence = "can't be reached. Try again in a moment"
        return ProblemError(code, f"openai/{model} {sentence}, or {CHOOSE_ANOTHER}.", headers)


def _log_failure(error: Exception, model: str) -> None:
    """For whoever runs Slate: the kind, the status, and the request's id for asking upstream about it."""
    logger.warning(
        "openai_failed",
        model=model,
        kind=type(error).__name__,
        status=getattr(error, "status_code", None),
        upstream_request_id=getattr(error, "request_id", None),
        reason=str(error) if isinstance(error, OpenAiAnswerError) else None,
    )


async def _refuse_long_wait(response: "httpx2.Response") -> None:
    """Who must wait long is better told so at once; the package retries nothing that says so itself."""
    if _retry_after_s(response.headers, default=0) > LONGEST_WAIT_S:
        response.headers["x-should-retry"] = "false"


def _retry_after_s(headers: "httpx2.Headers", default: int) -> int:
    """Whole seconds, from seconds or a date (RFC 9110 §10.2.3); `default` where there is neither."""
    value = headers.get("retry-after", "")
    try:
        return _bounded(float(value))
    except ValueError:
        pass
    try:
        return _bounded(parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return default


def _bounded(seconds: float) -> int:
    """From 1 s to a day, rounded up; ValueError for what is not a number."""
    if math.isnan(seconds):
        raise ValueError
    return math.ceil(min(max(seconds, 1), DAY_S))
