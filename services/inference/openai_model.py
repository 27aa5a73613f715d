"""A model that is not ours: «openai/<model>» asks an OpenAI-compatible endpoint what digit a picture shows.

Off without a key. The `openai` package is imported only where there is one: it takes half a second and 30 MB.
The picture leaves this machine as it came.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.web.problems import ProblemError

if TYPE_CHECKING:
    from services.inference.openai_chat import OpenAiChat

PREFIX = "openai/"


def _split(names: object) -> object:
    return tuple(filter(None, map(str.strip, names.split(",")))) if isinstance(names, str) else names


def _check_key(key: SecretStr) -> SecretStr:
    """It travels in a header. The line end of a secret's file is taken off; what else can't travel is refused."""
    stripped = key.get_secret_value().strip()
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise ValueError("is empty, or holds a character that no key has")
    return SecretStr(stripped)


# As a model version's «version», which is where an answer names it.
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/@+-]{1,64}$")]


class OpenAiSettings(BaseSettings):
    """Prefix INFERENCE_OPENAI_. `models`: the names that may be asked for, comma-separated.

    `timeout_s` is for the whole question, with its retries.
    """

    model_config = SettingsConfigDict(
        env_prefix="INFERENCE_OPENAI_", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    base_url: HttpUrl = HttpUrl("https://api.openai.com/v1")
    api_key: Annotated[SecretStr, AfterValidator(_check_key)] | None = None
    models: Annotated[tuple[ModelName, ...], NoDecode, BeforeValidator(_split)] = ()
    timeout_s: float = Field(default=30.0, gt=0)
    max_retries: int = Field(default=2, ge=0, le=10)

    @model_validator(mode="after")
    def _check_models(self) -> Self:
        if self.api_key is not None and not self.models:
            raise ValueError("INFERENCE_OPENAI_API_KEY is set; name in INFERENCE_OPENAI_MODELS what may be asked for")
        return self


@dataclass(frozen=True)
class Reading:
    """The most probable digit, ten probabilities that sum to 1, a digit score in 0..1; `model` is without «openai/»."""

    digit: int
    probabilities: tuple[float, ...]
    digit_score: float
    model: str


class OpenAiReader:
    """Built where the event loop runs, closed with it. Without a key it knows no model."""

    def __init__(self, settings: OpenAiSettings) -> None:
        self._settings = settings
        self._chat = _open_chat(settings)

    @property
    def models(self) -> list[str]:
        """«openai/<model>» for every model that may be asked for."""
        return [f"{PREFIX}{name}" for name in self._settings.models] if self._chat else []

    async def read(self, picture: bytes, media_type: str, reference: str) -> Reading:
        """A PNG, JPEG or WebP as it came. ProblemError `unknown_model`, `upstream_timeout`, `upstream_failed`,
        `rate_limited`."""
        model = reference.removeprefix(PREFIX)
        if self._chat is None or reference not in self.models:
            raise ProblemError(
                "unknown_model", f"«{reference}» can't be asked here; GET /v1/models lists the models that can."
            )
        answer = await self._chat.ask(picture, media_type, model)
        return Reading(answer.digit, answer.probabilities, answer.digit_score, model)

    async def close(self) -> None:
        """Closes the connections."""
        if self._chat:
            await self._chat.close()


def _open_chat(settings: OpenAiSettings) -> "OpenAiChat | None":
    if settings.api_key is None:
        return None
    from services.inference.openai_chat import OpenAiChat

    return OpenAiChat(
        str(settings.base_url), settings.api_key.get_secret_value(), settings.timeout_s, settings.max_retries
    )
