"""What can be set about `make run`: environment variables, each under the name that the services know it by."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.local.failure import LocalError

REPOSITORY = Path(__file__).resolve().parents[2]
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104


class LocalSettings(BaseSettings):
    """Frozen once read. `host` is where the services listen, `data_dir` all that is kept between two runs."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", min_length=1, validation_alias="SLATE_HOST")
    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        default=REPOSITORY / ".slate", validation_alias="SLATE_DATA_DIR"
    )
    inference_port: int = Field(default=8001, ge=1, le=65535, validation_alias="INFERENCE_PORT")
    storage_port: int = Field(default=8002, ge=1, le=65535, validation_alias="STORAGE_PORT")
    frontend_port: int = Field(default=8501, ge=1, le=65535, validation_alias="FRONTEND_PORT")
    storage_token: str = Field(default="", validation_alias="STORAGE_TOKEN")  # empty: made once and kept

    def address(self, port: int) -> str:
        """Where a browser or a service on this machine reaches the port: `http://127.0.0.1:8001`."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_settings() -> LocalSettings:
    """The environment → settings; LocalError that names the variable and what is wrong with it."""
    try:
        return LocalSettings()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        raise LocalError(f"{first['loc'][0]}={first['input']!r} can't be used: {first['msg']}.") from None
