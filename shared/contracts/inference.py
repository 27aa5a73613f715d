"""What inference takes and answers."""

from typing import Annotated

from pydantic import Field

from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share

PixelRow = Annotated[list[Annotated[int, Field(ge=0, le=255, strict=True)]], Field(min_length=28, max_length=28)]


class EncodedDrawing(Message):
    """A drawing as base64 of a PNG, JPEG or WebP file."""

    image: Base64


class ImagePixels(Message):
    """An image already: 28 rows of 28 values, white ink (255) on black (0). No preprocessing."""

    pixels: Annotated[list[PixelRow], Field(min_length=28, max_length=28)]


class Prediction(Message):
    """The answer to one drawing. `image` is the base64 PNG of the 28×28 the model saw."""

    id: PredictionId
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    model: ModelVersion
    image: str
    elapsed_ms: float = Field(ge=0)


class ModelDescription(Message):
    """One model version that inference can serve; `metrics` by slice as measured when it was published."""

    name: str
    version: str
    current: bool
    architecture: str
    parameters: int
    digit_score_threshold: Share
    metrics: dict[str, dict[str, float]]


class ModelList(Message):
    """Every model version on disk; `default` answers a request that names none."""

    default: ModelVersion
    models: list[ModelDescription]
