"""What can be set about the frontend: environment variables with the prefix FRONTEND_."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Frozen once read. All addresses but the public one are as the frontend's process sees them, not the browser."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_", frozen=True)

    inference_url: str = "http://127.0.0.1:8001"
    inference_public_url: str = ""  # where visitors and other services reach inference; empty: the same
    inference_api_key: SecretStr = SecretStr("")  # where inference asks for one
    storage_url: str = "http://127.0.0.1:8002"
    storage_token: SecretStr = SecretStr("")
    connect_timeout_s: float = Field(default=0.5, gt=0)
    read_timeout_s: float = Field(default=5.0, gt=0)
    max_unsaved: int = Field(default=5000, ge=1)  # predictions kept in memory while storage is away

    @property
    def api_address(self) -> str:
        """What the page of the API names, without a slash at its end."""
        return (self.inference_public_url or self.inference_url).rstrip("/")
