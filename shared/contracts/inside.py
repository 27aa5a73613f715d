"""The answer of `POST /v1/inside`: what each layer of a network makes of an image, and what would change its answer.

Maps and filters are bytes in base64, because there are tens of thousands of values.
"""

import base64
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from shared.contracts.examples import SEVEN_PNG
from shared.contracts.inference import PREDICTION, Explanation
from shared.contracts.message import Base64, Digit, Message, Probabilities, Share

LogitList = Annotated[list[float], Field(min_length=10, max_length=10)]


def _make_example() -> JsonDict:
    """A network with one map, one dense value and ten outputs."""
    maps = base64.b64encode(bytes(26 * 26)).decode()
    convolution: JsonDict = {
        "kind": "convolution",
        "name": "conv1",
        "rows": 26,
        "columns": 26,
        "values": maps,
        "maps": [{"strength": 0.0, "filters": [{"source": 0, "weights": base64.b64encode(bytes(9)).decode()}]}],
        "filter_side": 3,
        "stride": 1,
        "start": 0,
        "reach": 3,
    }
    votes: list[JsonValue] = [[4.2 if digit == 7 else 0.0] for digit in range(10)]
    dense: JsonDict = {"kind": "dense", "name": "fc1", "values": [1.5], "votes": votes}
    outputs: JsonDict = {
        "kind": "outputs",
        "name": "fc2",
        "logits": [0.1, 0.8, 0.1, 0.1, 0.1, 0.1, -0.3, 7.0, 0.1, 0.1],
        "probabilities": PREDICTION["probabilities"],
    }
    return {
        **PREDICTION,
        "saliency": [[0.0] * 28] * 28,
        "layers": [convolution, dense, outputs],
        "second": 1,
        "change": {
            "digit": 1,
            "confidence": 0.71,
            "digit_score": 0.9,
            "image": SEVEN_PNG,
            "added": 3.2,
            "removed": 14.5,
        },
    }


class Filter(Message):
    """What a map looks for in one map of the convolution before, or in the image: `source` is the place of that map.

    `weights` are filter_side × filter_side bytes, row by row, each a signed number from -127 to 127, which is the
    largest weight of the layer. Ink under a positive weight makes the map stronger, under a negative one weaker.
    """

    source: Annotated[int, Field(ge=0)]
    weights: Base64


class FeatureMap(Message):
    """One map of a convolution. `strength` is its largest value, as a share of the largest of all maps of the layer.

    `filters` are those with the largest weights, at most three.
    """

    strength: Share
    filters: Annotated[list[Filter], Field(min_length=1, max_length=3)]


class ConvolutionLayer(Message):
    """The maps of a convolution after its ReLU.

    `values` are len(maps) × rows × columns bytes: map after map, row by row, 0 for no response and 255 for the
    strongest one of the layer. The value in row r and column c looks at a square of the image with sides of `reach`
    pixels. Its first row is `start` + `stride` · r, and its first column is `start` + `stride` · c.
    """

    kind: Literal["convolution"] = "convolution"
    name: str
    rows: Annotated[int, Field(ge=1)]
    columns: Annotated[int, Field(ge=1)]
    values: Base64
    maps: Annotated[list[FeatureMap], Field(min_length=1)]
    filter_side: Annotated[int, Field(ge=1)]
    stride: Annotated[int, Field(ge=1)]
    start: int
    reach: Annotated[int, Field(ge=1)]


class DenseLayer(Message):
    """The values of a dense layer after its ReLU, so none is negative.

    `votes` holds, for each of the ten digits, what every value adds to the output of that digit. Only the last dense
    layer has votes; in the others they are null.
    """

    kind: Literal["dense"] = "dense"
    name: str
    values: Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=1)]
    votes: Annotated[list[list[float]], Field(min_length=10, max_length=10)] | None = None


class OutputLayer(Message):
    """The ten outputs, and the probabilities that calibration makes of them.

    The image is looked at once. The prediction may differ: a doubtful image is looked at again in other views.
    """

    kind: Literal["outputs"] = "outputs"
    name: str
    logits: LogitList
    probabilities: Probabilities


Layer = Annotated[ConvolutionLayer | DenseLayer | OutputLayer, Field(discriminator="kind")]


class Change(Message):
    """A changed image that the model reads as another digit, which was verified.

    `image` is a PNG as base64. `added` and `removed` say how much ink was changed, in pixels that are wholly inked.
    """

    digit: Digit
    confidence: Share
    digit_score: Share
    image: str
    added: Annotated[float, Field(ge=0)]
    removed: Annotated[float, Field(ge=0)]


class InsideFields(Message):
    """What each layer makes of an image, from the first to the outputs, and what would change the answer.

    `second` is the most probable of the other digits. `change` is a small change of the image that makes the model read
    it as that digit; null if none was found.
    """

    layers: Annotated[list[Layer], Field(min_length=1)]
    second: Digit
    change: Change | None


class Inside(InsideFields, Explanation):
    """An explanation, what each layer makes of the image, and what would change the answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_make_example()]})
