"""All networks by name. A new architecture is a module in this folder, an entry in ARCHITECTURES, and a name in
`training/recipes/recipe.py`.

Each network of ARCHITECTURES maps normalised images (B, 1, 28, 28) float32 to logits (B, 10) float32. Those of
PAGE_ARCHITECTURES map pages of any size to maps, see `reader.py`.
"""

from collections.abc import Callable

from torch import nn

from shared.recognition.architectures.cnn import Cnn
from shared.recognition.architectures.ensemble import Ensemble
from shared.recognition.architectures.lenet5 import LeNet5
from shared.recognition.architectures.mlp import Mlp
from shared.recognition.architectures.reader import Reader
from shared.recognition.architectures.vit import VisionTransformer

ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    "cnn": Cnn,
    "mlp": Mlp,
    "lenet5": LeNet5,
    "vit": VisionTransformer,
    "best": Ensemble.best,
}
PAGE_ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {"reader": Reader}


def build_network(architecture: str) -> nn.Module:
    """An untrained network. KeyError, with the known names, if there is no such architecture."""
    known = ARCHITECTURES | PAGE_ARCHITECTURES
    if architecture not in known:
        raise KeyError(f"unknown architecture {architecture!r}; known: {', '.join(sorted(known))}")
    return known[architecture]()


def count_parameters(network: nn.Module) -> int:
    """The number of trainable weights."""
    return sum(weight.numel() for weight in network.parameters())
