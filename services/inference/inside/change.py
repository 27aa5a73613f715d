"""What would change its mind: a small change of an image that makes the model read it as another digit.

Each step adds or removes a little ink where the gradient says that it raises the probability of that digit most. As
soon as the model itself, with its second look, reads the changed image as the digit, the change is made as weak as that
allows. No step uses chance, so the same image gets the same change. A minimal adversarial change in the sense of
Szegedy et al. 2014, made of soft dabs as of a pen, so that it can be seen.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.inference.inside.plain_network import PlainNetwork, scale
from services.inference.inside.steps import Values
from services.inference.recogniser import Recogniser
from shared.recognition.normalisation import Images
from shared.recognition.preprocessing import Image

MAX_STEPS = 40  # 59 of 60 test images of MNIST need fewer with cnn, the median 10
STEP_INK = 2.0  # pixels that are wholly inked, changed in one step
SELECTED = 0.3  # a pixel is changed if it promises this share of the gain of the best one
PEN_SIGMA = 0.8  # pixels: neighbours are changed together
STRENGTHS = np.arange(1, 9) / 8  # of the change, tried at the end
MIN_CONFIDENCE = 0.5


@dataclass(frozen=True)
class ChangedImage:
    """The image (28, 28), and the confidence and digit score with which it is read as the other digit."""

    image: Image
    confidence: float
    digit_score: float


def find_change(network: PlainNetwork, recogniser: Recogniser, image: Image, digit: int) -> ChangedImage | None:
    """An image like `image` (28, 28) that `recogniser` reads as `digit`; None if none was found in MAX_STEPS."""
    temperature = recogniser.manifest.calibration.temperature
    changed = scale(image)
    for _ in range(MAX_STEPS):
        values = network.run(changed)
        if values[-1].argmax() == digit and find_weakest(recogniser, _to_pixels(changed)[None], digit) is not None:
            return weaken(recogniser, image, _to_pixels(changed), digit)
        gradient = network.compute_gradient(values, weigh_outputs(values[-1] / temperature, digit))
        changed = add_dabs(changed, gradient)
    return None


def weaken(recogniser: Recogniser, image: Image, changed: Image, digit: int) -> ChangedImage | None:
    """The weakest mixture of both images that is read as `digit`."""
    difference = changed.astype(np.float32) - image
    mixtures = np.rint(image + difference * STRENGTHS[:, None, None]).astype(np.uint8)
    return find_weakest(recogniser, mixtures, digit)


def find_weakest(recogniser: Recogniser, images: Images, digit: int) -> ChangedImage | None:
    """The first of the images (N, 28, 28) that is read as `digit` with at least MIN_CONFIDENCE; None if none is."""
    found = recogniser.recognise(images)
    for image, digits, score in zip(images, found.probabilities, found.digit_scores, strict=True):
        if digits.argmax() == digit and digits[digit] >= MIN_CONFIDENCE:
            return ChangedImage(image, float(digits[digit]), float(score))
    return None


def weigh_outputs(logits: Values, digit: int) -> Values:
    """Logits (10,) → weights (10,) whose sum rises with the log-odds of `digit` against all others together."""
    others = np.exp(logits - np.delete(logits, digit).max())
    others[digit] = 0
    weights = -others / others.sum()
    weights[digit] = 1
    return np.asarray(weights, np.float32)


def add_dabs(image: Values, gradient: NDArray[np.float32]) -> Values:
    """Adds ink (28, 28) where the gradient is positive, removes ink where it is negative, where that gains most."""
    soft = cv2.GaussianBlur(gradient, (0, 0), PEN_SIGMA, borderType=cv2.BORDER_CONSTANT)
    room = np.where(soft > 0, 1 - image, image)
    gains = np.abs(soft) * room
    gains[gains < SELECTED * gains.max()] = 0
    total = gains.sum()
    amounts = np.minimum(room, gains / total * STEP_INK) if total > 0 else np.zeros_like(room)
    return np.asarray(image + np.sign(soft) * amounts, np.float32)


def _to_pixels(image: Values) -> Image:
    return np.rint(image * 255).astype(np.uint8)
