"""What can be set about inference: environment variables with the prefix INFERENCE_."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.recognition.decoding import MAX_PIXELS


class Settings(BaseSettings):
    """Frozen once read. `device` «auto» is CUDA where there is one, else the CPU."""

    model_config = SettingsConfigDict(env_prefix="INFERENCE_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    models_dir: Path = Path("models")
    default_model: str = "cnn"  # «name» or «name/version»
    device: Literal["auto", "cpu", "cuda"] = "auto"
    workers: int = Field(default=os.cpu_count() or 1, ge=1)  # threads that decode and run the network
    max_in_hand: int = Field(default=128, ge=1)  # requests being read or answered; one more is answered 503
    body_timeout_s: float = Field(default=30.0, gt=0)  # for a request's body to arrive
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_pixels: int = Field(default=MAX_PIXELS, ge=784)
    max_loaded_models: int = Field(default=4, ge=1)
