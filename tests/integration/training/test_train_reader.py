"""From the command to a published reader, on files with a few made-up digits."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from shared.recognition.architectures.reader import Reader
from shared.recognition.model_version import list_reader_versions, read_current, read_reader_manifest, set_current
from shared.recognition.page.maps import MAPS
from tests.unit.training.data.idx import write_idx
from tests.unit.training.reader.made_up_hands import make_digits, make_images
from training.data import mnist
from training.data.mnist import MD5_OF, raw_dir
from training.data.pen_characters import split_of_writer
from training.reader import fitting, learner, publish, training
from training.reader.measured_pages import Slices, compose_slices
from training.rendering.pages.hands import Hands
from training.train import main

MEASURED = ("strip", "alone", "nothing")
RECIPE = 'model = "reader"\narchitecture = "reader"\n[settings]\nepochs = 1\nbatch_pixels = 1\n'


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options of a run in tmp_path that learns from one batch and is measured on one page of three layouts."""
    monkeypatch.setattr(mnist, "VALIDATION_IMAGES", 10)
    monkeypatch.setattr(fitting, "EPOCH_BATCHES", 1)
    monkeypatch.setattr(learner, "Reader", build_eager_reader)
    monkeypatch.setattr(training, "count_workers", lambda: 0)
    monkeypatch.setattr(training, "compose_slices", compose_one_page)
    images, labels = make_images()
    for name in MD5_OF:
        times = 2 if name.startswith("train") else 1
        array = np.concatenate([images if "images" in name else labels.astype("uint8")] * times)
        content = write_idx(raw_dir(tmp_path / "data") / name, array)
        monkeypatch.setitem(mnist.MD5_OF, name, hashlib.md5(content, usedforsecurity=False).hexdigest())
    write_strokes(tmp_path / "digits.jsonl")
    folders = [f"--{name}-dir={tmp_path / name}" for name in ("data", "models", "results")]
    return [*folders, f"--pen-digits={tmp_path / 'digits.jsonl'}"]


def build_eager_reader() -> Reader:
    """A network that finds something everywhere; one that learned a single batch would find nothing."""
    network = Reader()
    with torch.no_grad():
        network.head[1].bias[: MAPS.small.start] = 0.0  # type: ignore[operator]
    return network


def compose_one_page(hands: Hands, seed: int) -> Slices:
    slices = compose_slices(hands, seed, pages=1)
    return {name: slices[name] for name in MEASURED}


def write_strokes(path: Path) -> None:
    """The same digits by one writer of each split."""
    names = [f"ward/w{number:02}" for number in range(60)]
    writers = {split_of_writer(name): name for name in names}
    assert set(writers) == {"train", "validation", "test"}
    lines = [
        {"label": digit.label, "writer": writer, "strokes": [stroke.tolist() for stroke in digit.strokes]}
        for writer in writers.values()
        for digit in make_digits()
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_reader_is_trained_by_its_recipe_and_published(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(RECIPE)
    assert main([*options, f"--recipe={tmp_path / 'small.toml'}", "--tracker=none"]) == 0
    manifest = read_reader_manifest(tmp_path / "models", read_current(tmp_path / "models", "reader"))
    assert (tmp_path / "results" / "small-1" / "finished").read_text() == f"published as {manifest.reference}"
    assert (manifest.recipe_name, manifest.recipe["epochs"], set(manifest.data)) == (
        "small",
        1,
        {"mnist", "pen_digits"},
    )
    assert set(manifest.metrics) == set(MEASURED)
    assert [entry["epoch"] for entry in manifest.epochs] == [0]

    (tmp_path / "more.toml").write_text(RECIPE + 'start_from = "reader"\n')
    assert main([*options, f"--recipe={tmp_path / 'more.toml'}", "--tracker=none"]) == 0
    version = max(list_reader_versions(tmp_path / "models"))
    continued = read_reader_manifest(tmp_path / "models", version)
    assert continued.recipe["start_from"] == manifest.reference
    assert [step.trained for step in continued.lineage] == [manifest.reference]
    set_current(tmp_path / "models", "reader", manifest.version)

    weights = tmp_path / "results" / "small-1" / "step-1" / "weights.safetensors"
    assert publish.main([*options, str(weights)]) == 0  # the same weights again: no slice is worse
    imported = read_reader_manifest(tmp_path / "models", read_current(tmp_path / "models", "reader"))
    assert imported.recipe == {"imported_from": "weights.safetensors"}
    assert imported.metrics == manifest.metrics


def test_weights_of_another_network_are_not_published(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weights.pt").write_bytes(b"nothing")
    assert publish.main([*options, str(tmp_path / "weights.pt")]) == 1
    assert "weights.pt" in capsys.readouterr().err
