"""What inference takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share
from shared.contracts.problem import Problem

PixelRow = Annotated[list[Annotated[int, Field(ge=0, le=255, strict=True)]], Field(min_length=28, max_length=28)]


PREDICTION: JsonDict = {
    "id": "019aa5a5-5c2e-7c1f-9f55-0d3c6f2a1b7e",
    "digit": 7,
    "confidence": 0.991,
    "probabilities": [0.001, 0.002, 0.001, 0.001, 0.001, 0.001, 0.0, 0.991, 0.001, 0.001],
    "digit_score": 0.97,
    "model": {"name": "cnn", "version": "2026-11-21.1"},
    "image": "iVBORw0KGgo...",
    "elapsed_ms": 1.9,
}


PAGE_READING: JsonDict = {
    "width": 1280,
    "height": 960,
    "digits": [
        {
            "box": {"left": 210, "top": 140, "width": 62, "height": 96},
            "line": 0,
            "outlines": [[[210, 140], [272, 140], [272, 158], [240, 236], [228, 236], [246, 158], [210, 158]]],
            "prediction": PREDICTION,
        }
    ],
}


class EncodedDrawing(Message):
    """A drawing as base64 of a PNG, JPEG or WebP file."""

    image: Base64


class ImagePixels(Message):
    """An image already: 28 rows of 28 values, white ink (255) on black (0). No preprocessing."""

    pixels: Annotated[list[PixelRow], Field(min_length=28, max_length=28)]


class EncodedDrawings(Message):
    """Drawings for one batch: each base64 of a picture file, or 28 rows of 28 values."""

    images: Annotated[list[str | list[list[int]]], Field(min_length=1)]


class Prediction(Message):
    """The answer to one drawing. `image` is the base64 PNG of the 28×28 the model saw, absent where it was sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [PREDICTION]})

    id: PredictionId
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    model: ModelVersion
    image: str | None = None
    elapsed_ms: float = Field(ge=0)


class BatchPredictions(Message):
    """One entry an input, in their order: its prediction, or the problem why there is none."""

    predictions: list[Prediction | Problem]


class Explanation(Prediction):
    """A prediction and why: 28 rows of 28 values, from -1 (speaks against the digit) over 0 to 1 (speaks for it)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**PREDICTION, "saliency": [[0.0] * 28] * 28}]})

    saliency: Annotated[list[list[Annotated[float, Field(ge=-1, le=1)]]], Field(min_length=28, max_length=28)]


class Box(Message):
    """Where a digit lies, in pixels of the picture."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class PageDigit(Message):
    """One digit of a page. `outlines` goes around its ink and what that encloses: points x, y in pixels of the picture.

    `line` is the line of the page that it stands in, from 0.
    """

    box: Box
    line: int = Field(ge=0)
    outlines: list[list[tuple[int, int]]]
    prediction: Prediction


class PageReading(Message):
    """Every digit of a picture, lines from the top down, each from left to right.

    `width` and `height` are the picture's, turned upright as its EXIF says.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [PAGE_READING]})

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    digits: Annotated[list[PageDigit], Field(min_length=1)]


class ModelDescription(Message):
    """One model version that inference can serve; `metrics` by slice as measured when it was published."""

    name: str
    version: str
    current: bool
    created_at: datetime
    architecture: str
    parameters: int
    digit_score_threshold: Share
    metrics: dict[str, dict[str, float]]


class ModelDetails(ModelDescription):
    """All that is known of one model version.

    `engine` runs it now, None while it is not in memory. `data` are hashes of what it was trained on. `history` holds
    what each epoch reached, `validation/loss` and the like, and is empty where no curves were kept.
    """

    engine: str | None
    temperature: float
    data: dict[str, str]
    recipe: dict[str, str | int | float | bool]
    libraries: dict[str, str]
    history: list[dict[str, float]]


class RefusedVersion(Message):
    """A version on disk that can't be served, and why."""

    name: str
    version: str
    reason: str


class ModelList(Message):
    """Every model version on disk; `default` answers a request that names none. `others` are not ours."""

    default: ModelVersion
    models: list[ModelDescription]
    refused: list[RefusedVersion] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)
