"""The requests and answers of the inference service.

The service validates requests with these classes, and its clients validate the answers.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.config import JsonDict

from shared.contracts.examples import SEVEN_PNG
from shared.contracts.message import Base64, Digit, Message, ModelVersion, PredictionId, Probabilities, Share
from shared.contracts.problem import Problem

Pixel = Annotated[int, Field(ge=0, le=255, strict=True)]
# A body of 16 MB may hold millions of wrong values, so only the first one is reported.
PixelRow = Annotated[list[Pixel], Field(min_length=28, max_length=28, fail_fast=True)]


def _read_pixels(rows: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Pixels may be written as 1.0: JSON has one kind of number, and some programs write every number like that."""
    try:
        return read(rows)
    except ValidationError:
        if not isinstance(rows, list) or [len(row) for row in rows if isinstance(row, list)] != [28] * 28:
            raise
    return read([[_to_whole(value) for value in row] for row in rows])


def _to_whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


PixelRows = Annotated[list[PixelRow], Field(min_length=28, max_length=28, fail_fast=True), WrapValidator(_read_pixels)]


def _find_form(entry: object) -> str | None:
    match entry:
        case str():
            return "picture"
        case list():
            return "pixels"
    return None


EncodedPicture = Annotated[str, Field(json_schema_extra={"format": "base64"})]
BatchEntry = Annotated[
    Annotated[EncodedPicture, Tag("picture")] | Annotated[PixelRows, Tag("pixels")],
    Discriminator(
        _find_form,
        custom_error_type="drawing",
        custom_error_message="Send a picture file as base64, or 28 rows of 28 values",
    ),
]
Saliency = Annotated[list[list[Annotated[float, Field(ge=-1, le=1)]]], Field(min_length=28, max_length=28)]

# An example for the API description.
PREDICTION: JsonDict = {
    "id": "019aa5a5-5c2e-7c1f-9f55-0d3c6f2a1b7e",
    "digit": 7,
    "confidence": 0.991,
    "probabilities": [0.001, 0.002, 0.001, 0.001, 0.001, 0.001, 0.0, 0.991, 0.001, 0.001],
    "digit_score": 0.97,
    "digit_score_threshold": 0.5,
    "model": {"name": "cnn", "version": "2026-11-21.1"},
    "image": SEVEN_PNG,
    "elapsed_ms": 1.9,
}


class EncodedDrawing(Message):
    """A drawing: a PNG, JPEG or WebP file as base64. A data URL, which `canvas.toDataURL()` gives, is read too.

    The base64 may have line breaks, the URL-safe alphabet, and no padding.
    """

    image: Base64


class ImagePixels(Message):
    """An image: 28 rows of 28 values, white ink (255) on black (0). It goes to the model without preprocessing."""

    pixels: PixelRows


class EncodedDrawings(Message):
    """A batch. Each entry is a picture file as base64 or as a data URL, or an image as 28 rows of 28 values.

    The base64 of each entry is decoded later, so that one entry that can't be read does not refuse the others.
    """

    images: Annotated[list[BatchEntry], Field(min_length=1, fail_fast=True)]


class Prediction(Message):
    """The answer to one drawing.

    With a digit score below `digit_score_threshold` the drawing is rejected: it does not look like a digit. The
    threshold is null if the model has none.
    `image` is the 28×28 image that the model saw, a PNG as base64. It is absent if the request sent that image itself.
    `saliency` is there if the request asked for it: 28 rows of 28 values, from -1 (against the digit) to 1 (for the
    digit), or null if the service was too busy to explain.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [PREDICTION]})

    id: PredictionId
    digit: Digit
    confidence: Share
    probabilities: Probabilities
    digit_score: Share
    digit_score_threshold: Share | None = None
    model: ModelVersion
    image: str | None = None
    elapsed_ms: float = Field(ge=0)
    saliency: Saliency | None = None


class BatchPredictions(Message):
    """One entry for each input, in the same order: its prediction, or the problem that prevented one."""

    predictions: list[Prediction | Problem]


class Explanation(Prediction):
    """A prediction with its saliency map: 28 rows of 28 values, from -1 (against the digit) to 1 (for the digit)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**PREDICTION, "saliency": [[0.0] * 28] * 28}]})

    saliency: Saliency


class VersionDescription(Message):
    """One version on disk that inference can serve.

    `metrics` holds the results on each benchmark slice, measured when the version was published. `objections` are what
    the gate said then; it is empty if no slice got worse, and for versions from before objections were kept.
    """

    name: str
    version: str
    current: bool
    created_at: datetime
    architecture: str
    parameters: int
    metrics: dict[str, dict[str, float]]
    objections: list[str] = Field(default_factory=list)

    @property
    def reference(self) -> str:
        """`name/version`."""
        return f"{self.name}/{self.version}"


class ModelDescription(VersionDescription):
    """One model version that reads digits."""

    digit_score_threshold: Share


class ModelDetails(ModelDescription):
    """The full description of one model version.

    `engine` names the engine that runs it; null if the version is not loaded. `data` holds hashes of the training data.
    `epochs` has one entry for each epoch, with `validation/loss` and other curves; it is empty if none were recorded.
    """

    engine: str | None
    temperature: float
    data: dict[str, str]
    recipe: dict[str, str | int | float | bool]
    libraries: dict[str, str]
    epochs: list[dict[str, float]]


class RefusedVersion(Message):
    """A model version on disk that cannot be served, and the reason."""

    name: str
    version: str
    reason: str

    @property
    def reference(self) -> str:
        """`name/version`."""
        return f"{self.name}/{self.version}"


class ModelList(Message):
    """Every model version on disk.

    `default` answers requests that name no model. `shadow` runs beside it: it reads the same drawings, and its answers
    are counted but not shown; null if no version does. `readers` are the versions of the network that finds the digits
    of a page. `refused` are versions that cannot be served. `others` are models of an external provider.
    """

    default: ModelVersion
    models: list[ModelDescription]
    shadow: ModelVersion | None = None
    readers: list[VersionDescription] = Field(default_factory=list)
    refused: list[RefusedVersion] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)
