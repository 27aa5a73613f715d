"""The settings of the frontend: environment variables with the prefix `FRONTEND_`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.frontend.keyboard import is_loopback
from shared.web.settings import ServerSettings


class Settings(ServerSettings):
    """All addresses except `inference_public_url` are those that the frontend's own process uses."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_")

    port: int = Field(default=8501, ge=0, le=65535)
    inference_url: str = "http://127.0.0.1:8001"
    inference_public_url: str = ""  # the address for visitors and other services; empty means `inference_url`
    inference_api_key: SecretStr = SecretStr("")  # needed only if inference requires a key
    storage_url: str = "http://127.0.0.1:8002"
    storage_token: SecretStr = SecretStr("")
    data_dir: Path | None = None  # keeps predictions that are not saved yet; without one they are only in memory

    @property
    def api_address(self) -> str:
        """The address that the API page shows, without a final slash."""
        return (self.inference_public_url or self.inference_url).rstrip("/")

    @property
    def is_on_loopback(self) -> bool:
        """Whether only programs on this machine reach the page, and none of them is a reverse proxy."""
        return is_loopback(self.host) and not self.trusted_proxies
