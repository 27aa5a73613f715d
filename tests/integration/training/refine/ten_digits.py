"""A small installation whose people draw all ten digits. A copy of a shipped version reads them.

MNIST's files hold few hand-made digits. Others of the same kind are kept apart, to see what a refinement does to them.
"""

from pathlib import Path

import numpy as np
import pytest

from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.model_version import MANIFEST, Manifest
from shared.recognition.weights import load_network
from tests.integration.training.refine.world import shorten, write_mnist
from tests.unit.training.refine.people import MOST, draw_digits
from tests.written_versions import write_copies
from training.data.labelled_images import LabelledImages
from training.data.slices import PreparedSlice
from training.evaluation.measures import make_compute_logits
from training.evaluation.paired import Verdicts
from training.publishing.gate import find_right
from training.refine.options import Options

SEED = 2  # people draw the digits of seed 1
TRAIN, VALIDATION, TEST = 200, 120, 60
MEASURED = ("mnist", "mnist_pictures", "uploads", "not_digits")  # what is measured without files of pen strokes


def write_ten_digits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Write the files, put the copy in use, and return the options of a refinement of it."""
    shorten(monkeypatch)
    train, test = draw(0, TRAIN + VALIDATION), draw(TRAIN + VALIDATION, TEST)
    write_mnist(folder, monkeypatch, train, test, VALIDATION)
    [copy] = write_copies(folder / "models", "mlp", "1")
    measured = copy.model_copy(update={"metrics": {name: copy.metrics[name] for name in MEASURED}})
    (folder / "models" / copy.reference / MANIFEST).write_text(measured.model_dump_json())
    return Options(model="mlp", **{f"{name}_dir": folder / name for name in ("data", "models", "results")})


def draw(first: int, count: int) -> LabelledImages:
    drawn = draw_digits(MOST, SEED)
    rows = slice(first, first + count)
    return LabelledImages(drawn.images[rows], drawn.labels[rows])


def read_others(version: Manifest, options: Options) -> Verdicts:
    """Return which of the digits that were kept apart this version reads rightly."""
    others = draw(TRAIN + VALIDATION + TEST, MOST)
    part = PreparedSlice("others", others.images, others.labels, np.ones(len(others), np.bool_))
    compute_logits = make_compute_logits(load_network(options.models_dir, version), version.normalisation)
    logits = compute_augmented_logits(compute_logits, part.images, version.calibration)
    return find_right(logits, part, version.calibration)
