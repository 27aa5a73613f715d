"""The settings of `make run`, from environment variables.

`make run` sets the addresses and the secrets of the services. Other settings of the services, for example
STORAGE_LOG_LEVEL, are passed on to them unchanged.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.local.error import LocalError

REPOSITORY = Path(__file__).resolve().parents[2]
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104


class LocalSettings(BaseSettings):
    """All settings of the local stack. `data_dir` holds everything that is kept between two runs.

    Each service reads its own `drain_s` too. Here it says how long the service may take to stop.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="SLATE_HOST")
    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        default=REPOSITORY / ".slate", validation_alias="SLATE_DATA_DIR"
    )
    inference_port: int = Field(default=8001, ge=1, le=65535, validation_alias="INFERENCE_PORT")
    storage_port: int = Field(default=8002, ge=1, le=65535, validation_alias="STORAGE_PORT")
    frontend_port: int = Field(default=8501, ge=1, le=65535, validation_alias="FRONTEND_PORT")
    inference_drain_s: float = Field(default=0, ge=0, validation_alias="INFERENCE_DRAIN_S")
    storage_drain_s: float = Field(default=0, ge=0, validation_alias="STORAGE_DRAIN_S")
    frontend_drain_s: float = Field(default=0, ge=0, validation_alias="FRONTEND_DRAIN_S")

    frontend_path: str = Field(default="", validation_alias="STREAMLIT_SERVER_BASE_URL_PATH")  # where the page is
    cors_origins: str = Field(default="", validation_alias="INFERENCE_CORS_ORIGINS")  # besides the page's own

    @property
    def longest_drain_s(self) -> float:
        """How long the slowest service goes on answering after it was told to stop."""
        return max(self.inference_drain_s, self.storage_drain_s, self.frontend_drain_s)

    @property
    def frontend_url(self) -> str:
        """The URL of the page, without a final slash: `http://127.0.0.1:8501` or `http://127.0.0.1:8501/slate`."""
        path = self.frontend_path.strip("/")
        return self.url(self.frontend_port) + (f"/{path}" if path else "")

    @property
    def origins(self) -> str:
        """The web pages that may call inference, separated by commas: the page itself, and those of the operator."""
        own = (self.url(self.frontend_port), f"http://localhost:{self.frontend_port}")
        return ",".join([*dict.fromkeys(own), self.cors_origins])

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can reach the services."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def url(self, port: int) -> str:
        """Return the URL of a port for programs on this machine: `http://127.0.0.1:8001`."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_settings() -> LocalSettings:
    """Read the settings from the environment. LocalError names a variable with a bad value."""
    try:
        return LocalSettings()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        raise LocalError(f"{first['loc'][0]}={first['input']!r} cannot be used: {first['msg']}.") from None
