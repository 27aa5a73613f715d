"""Asks models of an OpenAI-compatible endpoint which digit a picture shows. Callers name them `openai/<model>`.

Without an API key no such model is offered. The `openai` package is imported only if a key is set, because it takes
half a second and 30 MB. The picture is sent to the endpoint unchanged, so it leaves this machine.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.inference.settings import Settings
from services.inference.upstream.openai_answer import OpenAiAnswer
from shared.web.problems import ProblemError

if TYPE_CHECKING:
    from services.inference.upstream.openai_chat import OpenAiChat

PREFIX = "openai/"
TIMEOUT_S = 30.0  # for one question including its retries
MAX_RETRIES = 2  # the default of the `openai` package


class OpenAiReader:
    """Asks the configured endpoint. Build it in the event loop that uses it, and close it there."""

    def __init__(self, settings: Settings, *, timeout_s: float = TIMEOUT_S, max_retries: int = MAX_RETRIES) -> None:
        self._chat = _open_chat(settings, timeout_s, max_retries)
        self._models: Sequence[str] = settings.openai_models if self._chat else ()

    @property
    def models(self) -> list[str]:
        """`openai/<model>` for every model that callers may ask for. Empty where no key is set."""
        return [f"{PREFIX}{name}" for name in self._models]

    async def read(self, picture: bytes, media_type: str, reference: str) -> OpenAiAnswer:
        """Ask which digit a PNG, JPEG or WebP shows. `reference` is `openai/<model>`.

        ProblemError `unknown_model`, `upstream_timeout`, `upstream_failed`, `rate_limited`.
        """
        if self._chat is None or reference not in self.models:
            raise ProblemError(
                "unknown_model", f"The model '{reference}' is not offered here; GET /v1/models lists all models."
            )
        return await self._chat.ask(picture, media_type, reference.removeprefix(PREFIX))

    async def close(self) -> None:
        """Close the connections."""
        if self._chat:
            await self._chat.close()


def _open_chat(settings: Settings, timeout_s: float, max_retries: int) -> "OpenAiChat | None":
    if settings.openai_api_key is None:
        return None
    from services.inference.upstream.openai_chat import OpenAiChat

    return OpenAiChat(str(settings.openai_base_url), settings.openai_api_key.get_secret_value(), timeout_s, max_retries)
