"""A network of plain layers, one after the other, read from the weights of a model version.

`cnn`, `lenet5` and `mlp` are such networks. `best` is three networks at once and `vit` compares all parts of an image
with each other, so neither has a row of layers to look at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from services.inference.inside.steps import Convolution, Dense, MaxPool, Relu, Step, Values
from shared.recognition.model_version import WEIGHTS, Manifest, ModelVersionError, folder_of
from shared.recognition.normalisation import Normalisation
from shared.recognition.preprocessing import Image
from shared.web.problems import ProblemError

POOL = "pool"
# The layers of each architecture in their order, as shared/recognition/architectures names them.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "cnn": ("conv1", "conv2", POOL, "fc1", "fc2"),
    "lenet5": ("conv1", POOL, "conv2", POOL, "fc1", "fc2", "fc3"),
    "mlp": ("fc1", "fc2", "fc3"),
}
PADDING = {("lenet5", "conv1"): 2}


@dataclass(frozen=True)
class PlainNetwork:
    """`names` says for each step which layer it belongs to. The values after its last step are the layer's output."""

    steps: tuple[Step, ...]
    names: tuple[str, ...]
    normalise: Normalisation

    def run(self, image: Values) -> list[Values]:
        """(28, 28) in 0..1 → the input of each step, and the logits (10,) at the end."""
        values = [np.asarray(((image - self.normalise.mean) / self.normalise.std)[None], np.float32)]
        for step in self.steps:
            values.append(step.forward(values[-1]))
        return values

    def compute_gradient(self, values: list[Values], weights: Values) -> Values:
        """What `run` gave, and a weight for each logit → the gradient (28, 28) of their weighted sum."""
        gradient = weights
        for step, before in zip(reversed(self.steps), reversed(values[:-1]), strict=True):
            gradient = step.backward(before, gradient)
        return np.asarray(gradient[0] / self.normalise.std)


def scale(image: Image) -> Values:
    """(28, 28) uint8 → 0..1."""
    return np.asarray(image / 255, np.float32)


def load_plain_network(models_dir: Path, manifest: Manifest) -> PlainNetwork:
    """The network of that version. ProblemError for another kind of network, ModelVersionError for broken weights."""
    check_is_plain(manifest)
    layers = LAYERS[manifest.architecture]
    try:
        weights = load_file(folder_of(models_dir, manifest.name, manifest.version) / WEIGHTS)
        pairs = list(_make_steps(manifest.architecture, layers, weights))
    except (KeyError, OSError, ValueError, SafetensorError) as error:
        raise ModelVersionError(f"The weights of {manifest.reference} can't be read: {error}") from error
    return PlainNetwork(tuple(step for _, step in pairs), tuple(name for name, _ in pairs), manifest.normalisation)


def check_is_plain(manifest: Manifest) -> None:
    """ProblemError `invalid_request` if the network is not a row of layers."""
    if manifest.architecture not in LAYERS:
        known = ", ".join(LAYERS)
        raise ProblemError(
            "invalid_request",
            f"The model {manifest.name} can't be looked into, because it is not one row of layers. Models of the "
            f"architectures {known} can.",
        )


def _make_steps(architecture: str, layers: tuple[str, ...], weights: dict[str, Values]) -> Iterator[tuple[str, Step]]:
    """Each step with the name of its layer. All layers but the last end with a ReLU."""
    for name in layers:
        if name == POOL:
            yield name, MaxPool()
            continue
        weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        padding = PADDING.get((architecture, name), 0)
        yield name, Convolution(weight, bias, padding) if weight.ndim == 4 else Dense(weight, bias)
        if name != layers[-1]:
            yield name, Relu()
