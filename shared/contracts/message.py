"""The base class of every message, and the value types that several messages use.

A message forbids unknown fields, so that a misspelt field is answered with 422 and not silently ignored.
"""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EncodedBytes, EncoderProtocol, Field
from pydantic_core import PydanticCustomError


class StrictBase64(EncoderProtocol):
    """Standard base64 on one line. Pydantic's own decoder skips foreign characters; this one raises an error."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        """Decode base64 → bytes."""
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise PydanticCustomError("base64", "Not valid base64: {error}", {"error": str(error)}) from error

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        """Encode bytes → base64."""
        return base64.b64encode(value)

    @classmethod
    def get_json_format(cls) -> str:
        """Return the `format` in the JSON schema."""
        return "base64"


Base64 = Annotated[bytes, EncodedBytes(encoder=StrictBase64)]
Digit = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, Field(ge=0, le=1)]
Probabilities = Annotated[list[Share], Field(min_length=10, max_length=10)]
PredictionId = UUID  # UUIDv7, made by inference


class Message(BaseModel):
    """A frozen message that forbids unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelVersion(Message):
    """The name and version of one trained, calibrated and evaluated model: `cnn` and `2026-11-21.1`."""

    name: str = Field(min_length=1, max_length=64)
    version: str = Field(min_length=1, max_length=64)

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"
