"""A small installation to refine: MNIST's files hold bars, a version of the `mlp` reads them, and people drew bars.

Upright bars are ones and lying bars are zeros, as in `toy.py`. People draw theirs thinner and away from the middle.
"""

import hashlib
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from shared.recognition.model_version import Manifest, find_manifest
from tests.integration.training.toy import bars
from tests.unit.training.data.idx import write_idx
from training.data import mnist, parts, slices
from training.data.labelled_images import LabelledImages
from training.data.mnist import MD5_OF, raw_dir
from training.data.people_drawings import PeopleDrawings
from training.refine import settings
from training.refine.options import Options
from training.refine.selection import Selection
from training.train import main as train

RECIPE = 'model = "mlp"\narchitecture = "mlp"\n[settings]\nepochs = 6\nbatch = 16\nnot_digit_weight = 0.5\n'


def write_world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Write the files, train the version in use, and return the options of a refinement of it."""
    make_small(folder, monkeypatch)
    (folder / "mlp.toml").write_text(RECIPE)
    assert train([*folders(folder), "--tracker=none", f"--recipe={folder / 'mlp.toml'}"]) == 0
    return Options(model="mlp", **{f"{name}_dir": folder / name for name in ("data", "models", "results")})


def make_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the files of MNIST, and let a refinement take seconds."""
    shorten(monkeypatch)
    write_mnist(folder, monkeypatch, bars(520), bars(120), validation=200)


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a refinement learn from little, and for a short time."""
    monkeypatch.setattr(slices, "KINDS", slices.KINDS[:4])  # with so few shapes, no change is more than noise
    monkeypatch.setattr(slices, "SHAPES_PER_KIND", 1)
    monkeypatch.setattr(parts, "DOODLES", 100)
    monkeypatch.setattr(parts, "BOLD_DOODLES", 40)
    for name, value in {"EPOCHS": 2, "EPOCH_BATCHES": 40, "BATCH": 16}.items():
        monkeypatch.setattr(settings, name, value)


def write_mnist(
    folder: Path, monkeypatch: pytest.MonkeyPatch, train: LabelledImages, test: LabelledImages, validation: int
) -> None:
    """Write these images into the files of MNIST. The last of `train` are the validation data."""
    monkeypatch.setattr(mnist, "VALIDATION_IMAGES", validation)
    splits = {"train": train, "t10k": test}
    for name in MD5_OF:
        split, kind, *_ = name.split("-")
        array = splits[split].images if kind == "images" else splits[split].labels.astype("uint8")
        content = write_idx(raw_dir(folder / "data") / name, array)
        monkeypatch.setitem(mnist.MD5_OF, name, hashlib.md5(content, usedforsecurity=False).hexdigest())


def folders(folder: Path) -> list[str]:
    """Return the options that keep everything in that folder."""
    return [f"--{name}-dir={folder / name}" for name in ("data", "models", "results")]


def current_of(options: Options) -> Manifest:
    return find_manifest(options.models_dir, options.model)


def thin_bars(count: int, seed: int = 1) -> LabelledImages:
    """Return bars as people draw them."""
    random = np.random.default_rng(seed)
    images, labels = np.zeros((count, 28, 28), np.uint8), np.arange(count) % 2
    for image, label in zip(images, labels, strict=True):
        across, along = int(random.integers(5, 22)), int(random.integers(2, 8))
        bar = np.zeros((28, 28), np.uint8)
        bar[along : along + 18, across : across + 2] = random.integers(180, 256, (18, 2))
        image[:] = bar if label else bar.T
    return LabelledImages(images, labels.astype(np.int64))


def people(data: LabelledImages, owners: int = 12) -> PeopleDrawings:
    """Return labelled drawings of that many people, one a second."""
    count = len(data.labels)
    names = np.array([str(UUID(int=1 + number % owners)) for number in range(count)])
    return PeopleDrawings(
        ids=np.array([str(UUID(int=1000 + number, version=4)) for number in range(count)]),
        owners=names,
        labelled_by=names,
        labels=data.labels,
        times=1.75e9 + np.arange(count, dtype=np.float64),
        suspected=np.zeros(count, bool),
        reviewed=np.zeros(count, bool),
        images=data.images,
    )


def every_fifth_held_out(drawings: PeopleDrawings) -> Selection:
    """Trust everybody."""
    rows = np.arange(len(drawings))
    return Selection(rows[rows % 5 > 0], rows[rows % 5 == 0], (), {})
