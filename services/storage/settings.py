"""The settings of storage: environment variables that begin with STORAGE_, for example STORAGE_TOKEN.

`SecretStr` keeps the two secrets, the token and the password in the URL, out of logs and tracebacks.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.web.settings import ApiServerSettings


def _check_url(url: SecretStr) -> SecretStr:
    """Check what asyncpg would refuse later, with a part of the URL in its message."""
    text = url.get_secret_value()
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://")
    try:
        for host in urlsplit(text).netloc.rpartition("@")[2].split(","):  # asyncpg tries several hosts in turn
            _ = urlsplit(f"//{host}").port
    except ValueError:
        detail = "has a port that is not a number; write characters such as / and @ in a password as %2F and %40"
        raise ValueError(detail) from None
    return url


class DatabaseSettings(BaseSettings):
    """The settings that the migrations need.

    The URL of a Unix socket is `postgresql://user:@/database?host=/folder/of/the/socket`.
    """

    model_config = SettingsConfigDict(
        env_prefix="STORAGE_",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,  # the input may be a password or a token
    )

    database_url: Annotated[SecretStr, AfterValidator(_check_url)]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(DatabaseSettings, ApiServerSettings):
    """The settings that the service needs."""

    model_config = DatabaseSettings.model_config

    token: SecretStr = Field(min_length=1)  # every request to /v1 must carry it as `Authorization: Bearer`
    port: int = Field(default=8002, ge=0, le=65535)
