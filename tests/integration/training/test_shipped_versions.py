"""A test of every shipped version: it reads plain bars, drawn on the page's canvas, as ones.

The drawings go through the whole path: preprocessing, network, augmented views and calibration.
"""

from pathlib import Path

import numpy as np
import pytest

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.model_version import list_versions, read_manifest
from shared.recognition.preprocessing import preprocess
from shared.recognition.weights import load_network
from training.evaluation.measures import make_compute_logits
from training.rendering.canvas import draw_canvas, encode_png

MODELS = Path(__file__).parents[3] / "models"
LINES = 200


def draw_line(random: np.random.Generator) -> bytes:
    """Draw a one as most people write it: a bar, upright or leaning right by up to 45°, slightly bent to one side."""
    lean, bend = np.deg2rad(random.uniform(-10, 45)), random.normal(0, 40)
    down = np.linspace(0, 1, 20)
    across = bend * 4 * down * (1 - down)
    along = 999 * down
    x, y = across * np.cos(lean) - along * np.sin(lean), across * np.sin(lean) + along * np.cos(lean)
    return encode_png(draw_canvas([np.stack([x, y], 1).astype(np.float32)], random))


@pytest.mark.parametrize(("name", "version"), list_versions(MODELS))
def test_a_bar_is_a_one(name: str, version: str) -> None:
    manifest = read_manifest(MODELS, name, version)
    random = np.random.default_rng(1)
    images = np.stack([preprocess(draw_line(random)) for _ in range(LINES)])
    compute_logits = make_compute_logits(load_network(MODELS, manifest), manifest.normalisation)
    digits = compute_augmented_logits(compute_logits, images, manifest.calibration).argmax(axis=1)
    assert (digits == 1).sum() >= 0.99 * LINES, np.bincount(digits, minlength=10).tolist()
