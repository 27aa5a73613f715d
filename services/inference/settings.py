"""The settings of inference: environment variables that begin with INFERENCE_.

`Settings()` reads them once, when a process starts. An empty variable counts as not set. Limits that no operator has
to change are constants in `bounds.py`.
"""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from limits import RateLimitItem, parse_many
from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.inference.api_key import ApiKey, parse_api_keys
from services.inference.engines.choice import Device, EngineName
from shared.web.settings import ApiServerSettings, CommaSeparated

STANDARD_PORTS = {"http": ":80", "https": ":443"}  # browsers leave them out


def _parse_keys(value: object) -> object:
    return parse_api_keys(value) if isinstance(value, str) else value


def _parse_rate_limit(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        (limit,) = parse_many(value)
    except ValueError:
        limit = None
    if limit is None or limit.amount < 1:
        raise ValueError("must be one limit of at least 1, for example `100/second` or `6000/minute`")
    return limit


def _check_origin(origin: str) -> str:
    """`https://Lab.example:443/` → `https://lab.example`, as browsers write it. Anything else would never match."""
    if origin == "*":
        return origin
    parts = urlsplit(origin.rstrip("/").lower())
    if not parts.scheme or not parts.netloc or parts.geturl() != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be origins without a path, for example `https://lab.example.org`")
    return parts.geturl().removesuffix(STANDARD_PORTS.get(parts.scheme, " "))


def _check_openai_key(key: SecretStr) -> SecretStr:
    """Remove white space around the key, which files of secrets often have. The rest must fit into an HTTP header."""
    stripped = key.get_secret_value().strip()
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise ValueError("must not be empty and must contain printable ASCII characters only")
    return SecretStr(stripped)


Origin = Annotated[str, AfterValidator(_check_origin)]
OpenAiModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/@+-]{1,64}$")]  # an answer gives it as the version


class Settings(ApiServerSettings):
    """All settings of one process. They can't be changed after they were read."""

    model_config = SettingsConfigDict(env_prefix="INFERENCE_", arbitrary_types_allowed=True)

    port: int = Field(default=8001, ge=0, le=65535)
    processes: int = Field(default=1, ge=1)  # they share the port; one process per core gives the highest throughput
    cors_origins: Annotated[tuple[Origin, ...], *CommaSeparated] = ()  # web pages that may call it from a browser

    models_dir: Path = Path("models")
    default_model: str | None = None  # `name` or `name/version`; None: what models/default names, otherwise cnn
    promotion_key: Annotated[SecretStr, Field(min_length=16)] | None = None  # the same as storage's; none: no tickets
    engine: EngineName = "auto"  # auto: torch on a GPU, otherwise the fastest engine that is installed
    device: Device = "auto"  # auto: an NVIDIA GPU if torch can use one, otherwise the processor
    memory_budget_mb: int = Field(default=256, ge=1)  # for all loaded model versions together

    max_wait_s: float = Field(default=0.05, gt=0)  # a request that would wait longer is answered 503 `overloaded`

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_parse_keys)] = ()  # none: open to everybody
    rate_limit: Annotated[RateLimitItem | None, BeforeValidator(_parse_rate_limit)] = None  # per key or client address

    openai_base_url: HttpUrl = HttpUrl("https://api.openai.com/v1")
    openai_api_key: Annotated[SecretStr, AfterValidator(_check_openai_key)] | None = None  # none: no upstream models
    openai_models: Annotated[tuple[OpenAiModelName, ...], *CommaSeparated] = ()  # models that callers may ask for

    @model_validator(mode="after")
    def _check_openai_models(self) -> Self:
        if self.openai_api_key is not None and not self.openai_models:
            raise ValueError("INFERENCE_OPENAI_API_KEY is set: list the models to offer in INFERENCE_OPENAI_MODELS")
        return self
