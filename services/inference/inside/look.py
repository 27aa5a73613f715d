"""An image and the digit that was read → the fields of the message Inside that an explanation does not have."""

from pathlib import Path

import numpy as np

from services.inference.inside.change import ChangedImage, find_change
from services.inference.inside.layer_messages import describe_layers
from services.inference.inside.plain_network import load_plain_network, scale
from services.inference.inside.steps import Values
from services.inference.messages import encode_png
from services.inference.recogniser import Recogniser
from shared.contracts.inside import Change, InsideFields
from shared.recognition.preprocessing import Image

INSIDE_UNITS = 250  # images, measured: with an explanation, the usual search takes as long as so many


def look_inside(models_dir: Path, recogniser: Recogniser, image: Image, digit: int) -> InsideFields:
    """`image` (28, 28) uint8, read as `digit`. ProblemError for a network that is not plain, ModelVersionError."""
    network = load_plain_network(models_dir, recogniser.manifest)
    values = network.run(scale(image))
    second = find_second(values[-1], digit)
    changed = find_change(network, recogniser, image, second)
    return InsideFields(
        layers=describe_layers(network, values, recogniser.manifest.calibration),
        second=second,
        change=None if changed is None else _describe_change(image, changed, second),
    )


def find_second(logits: Values, digit: int) -> int:
    """The most probable of the digits other than `digit`."""
    return next(int(other) for other in np.argsort(-logits, kind="stable") if other != digit)


def _describe_change(image: Image, changed: ChangedImage, digit: int) -> Change:
    difference = (changed.image.astype(np.float64) - image) / 255
    return Change(
        digit=digit,
        confidence=changed.confidence,
        digit_score=changed.digit_score,
        image=encode_png(changed.image),
        added=round(float(difference.clip(0).sum()), 2),
        removed=round(float((-difference).clip(0).sum()), 2),
    )
