"""The settings of storage: environment variables that begin with STORAGE_, for example STORAGE_TOKEN.

`SecretStr` keeps the two secrets, the token and the password in the URL, out of logs and tracebacks.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.web.settings import ApiServerSettings


def _check_scheme(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://")
    return url


class DatabaseSettings(BaseSettings):
    """The settings that the migrations need.

    The URL of a Unix socket is `postgresql://user:@/database?host=/folder/of/the/socket`.
    """

    model_config = SettingsConfigDict(env_prefix="STORAGE_", env_ignore_empty=True, frozen=True)

    database_url: Annotated[SecretStr, AfterValidator(_check_scheme)]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(DatabaseSettings, ApiServerSettings):
    """The settings that the service needs."""

    model_config = DatabaseSettings.model_config

    token: SecretStr = Field(min_length=1)  # every request to /v1 must carry it as `Authorization: Bearer`
    port: int = Field(default=8002, ge=0, le=65535)
