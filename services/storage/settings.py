"""The service's settings, from environment variables with the prefix STORAGE_ (STORAGE_TOKEN, ...).

The two secrets never show in a log or a traceback.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


def _check_scheme(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://")
    return url


class DatabaseSettings(BaseSettings):
    """What the migrations need. A Unix socket is `postgresql://user:@/database?host=/folder/of/the/socket`."""

    model_config = SettingsConfigDict(env_prefix="STORAGE_", frozen=True)

    database_url: Annotated[SecretStr, AfterValidator(_check_scheme)]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(DatabaseSettings):
    """What the service needs. `token` is the bearer token that every caller of /v1 shows."""

    token: SecretStr = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8002, ge=0, le=65535)
    max_body_bytes: int = Field(default=16 * MIB, ge=1)  # a drawing of 10 MiB is 13.4 MiB of base64
    pool_size: int = Field(default=10, ge=1)
