"""What can be set about inference: environment variables with the prefix INFERENCE_."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.inference.engines.choice import Device, EngineName
from shared.recognition.decoding import MAX_PIXELS


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """Frozen once read. «auto» is CUDA where there is a GPU, else the fastest engine of the processor's."""

    model_config = SettingsConfigDict(env_prefix="INFERENCE_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=0, le=65535)
    processes: int = Field(default=1, ge=1)  # copies behind the one port; one for each core serves the most
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()  # of the web pages that may ask

    models_dir: Path = Path("models")
    default_model: str = "cnn"  # «name» or «name/version»
    engine: EngineName = "auto"
    device: Device = "auto"
    memory_budget_mb: int = Field(default=256, ge=1)  # for the model versions that are loaded

    threads: int = Field(default=1, ge=1)  # that decode and run the network, in each process
    image_threads: int = Field(default=2, ge=1)  # for images as bytes: one encodes while another runs the network
    max_batch: int = Field(default=32, ge=1)  # images that go through the network together
    max_wait_s: float = Field(default=0.05, gt=0)  # for an answer; a request that would wait longer is answered 503
    min_waiting: int = Field(default=64, ge=0)  # images that may wait for longer: a slow machine has to answer too
    max_in_hand: int = Field(default=512, ge=1)  # requests being read or answered; one more is answered 503

    body_timeout_s: float = Field(default=30.0, gt=0)  # for a request's body to arrive
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_pixels: int = Field(default=MAX_PIXELS, ge=784)
