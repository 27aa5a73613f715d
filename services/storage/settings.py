"""The settings of storage: environment variables that begin with STORAGE_, for example STORAGE_TOKEN.

`SecretStr` keeps the two secrets, the token and the password in the URL, out of logs and tracebacks.
"""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.contracts.access import VisitorsSee
from shared.secret_files import FileSettings
from shared.web.settings import ApiServerSettings, CommaSeparated


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


def _check_metadata_url(url: str) -> str:
    if urlsplit(url).scheme not in ("https", "http"):
        raise ValueError("must start with https:// or http://")
    return url


class DatabaseSettings(FileSettings):
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


class RetentionSettings(DatabaseSettings):
    """For how many days predictions are kept; None is for ever."""

    model_config = DatabaseSettings.model_config

    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None  # without a label
    labelled_retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


class Settings(RetentionSettings, ApiServerSettings):
    """The settings that the service needs."""

    model_config = DatabaseSettings.model_config

    token: SecretStr = Field(min_length=1)  # the installation's own bearer token, with every right
    page_token: Annotated[SecretStr, Field(min_length=1)] | None = None  # the page's: it may only ask for other tokens
    promotion_key: Annotated[SecretStr, Field(min_length=16)] | None = None  # signs tickets that inference verifies
    visitors_see: VisitorsSee = "totals"  # what callers without `curate` see of others: history, totals, nothing
    oidc_metadata_url: Annotated[str, AfterValidator(_check_metadata_url)] | None = None
    oidc_client_id: str | None = None
    curators: Annotated[tuple[str, ...], *CommaSeparated] = ()  # e-mail addresses; whom the provider verified
    port: int = Field(default=8002, ge=0, le=65535)

    @model_validator(mode="after")
    def _require_whole_provider(self) -> Self:
        parts = (self.oidc_metadata_url, self.oidc_client_id, self.curators)
        if any(parts) and not all(parts):
            raise ValueError("STORAGE_OIDC_METADATA_URL, STORAGE_OIDC_CLIENT_ID and STORAGE_CURATORS go together")
        return self
