"""The base class of every message, and the value types that several messages use.

A message forbids unknown fields, so that a misspelt field is answered with 422 and not silently ignored.
"""

import base64
import binascii
import re
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, EncodedBytes, EncoderProtocol, Field
from pydantic_core import PydanticCustomError

DATA_URL = re.compile(rb"data:[^,]*?;base64,", re.IGNORECASE)  # RFC 2397; a browser's `canvas.toDataURL()` writes it
URL_SAFE = bytes.maketrans(b"-_", b"+/")  # RFC 4648 §5 → §4


class Base64Encoder(EncoderProtocol):
    """Writes standard base64 on one line, and reads every form of it that common programs write.

    Pydantic's own decoder skips foreign characters, so that it makes wrong bytes of a wrong string. This one raises an
    error.
    """

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        """Base64 or a data URL of it → bytes. PydanticCustomError if it is neither."""
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error:
            pass  # most callers send standard base64; only the others pay for the second try
        try:
            return base64.b64decode(_to_standard(data), validate=True)
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


def _to_standard(data: bytes) -> bytes:
    """Base64 on several lines, in the URL-safe alphabet, without padding, or in a data URL → standard base64.

    A space inside a line stays, and is an error: it may be a `+` that got lost in a URL.
    """
    data = b"".join(line.strip() for line in data.splitlines())
    if url := DATA_URL.match(data):
        data = data[url.end() :]
    padding = b"" if data.endswith(b"=") else b"=" * (-len(data) % 4)
    return data.translate(URL_SAFE) + padding


def _require_text(value: object) -> object:
    if not isinstance(value, str | bytes):
        raise PydanticCustomError("base64", "Send base64 as a text")  # pydantic would say "a valid bytes"
    return value


Base64 = Annotated[bytes, EncodedBytes(encoder=Base64Encoder), BeforeValidator(_require_text)]
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
