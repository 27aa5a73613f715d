"""The recipe on a few hundred digits: it learns, it repeats itself, and it publishes what it measured."""

from pathlib import Path

import numpy as np
import pytest
import torch

from shared.recognition.calibration import Calibration
from shared.recognition.model_version import load_network, read_current, read_manifest
from training.augmentation import Augmentation
from training.embellishment import Embellishment, draw_lines
from training.evaluation import expected_calibration_error, measure
from training.mnist import DataUnavailableError, LabelledImages, load_mnist
from training.train import Recipe, publish, train_network

CPU = torch.device("cpu")


def bars(count: int = 256) -> LabelledImages:
    """Two easy digits: upright bars are ones, lying bars are zeros."""
    labels = np.arange(count) % 2
    images = np.zeros((count, 28, 28), np.uint8)
    images[labels == 1, 4:24, 12:16] = 255
    images[labels == 0, 12:16, 4:24] = 255
    return LabelledImages(images, labels.astype(np.int64))


SHORT = Recipe(epochs=3, batch=32, averaging=0.5)


@pytest.fixture(scope="module")
def trained() -> torch.nn.Module:
    return train_network(SHORT, bars(), CPU)


def test_the_recipe_learns(trained: torch.nn.Module) -> None:
    data = bars(32)
    with torch.inference_mode():
        logits = trained((torch.from_numpy(data.images).float() / 255 - 0.1307).unsqueeze(1) / 0.3081)
    assert (logits.argmax(dim=1).numpy() == data.labels).all()


def test_the_same_seed_gives_the_same_weights(trained: torch.nn.Module) -> None:
    again = train_network(SHORT, bars(), CPU)
    for name, weight in trained.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name


def test_publishing_makes_the_version_current(trained: torch.nn.Module, tmp_path: Path) -> None:
    metrics = {"mnist_test": {"accuracy": 0.5}}
    manifest = publish(SHORT, trained, Calibration(), metrics, {"mnist_train": "0"}, tmp_path)
    read = read_manifest(tmp_path, "cnn", read_current(tmp_path, "cnn"))
    assert read == manifest
    assert read.metrics == metrics
    assert read.recipe["epochs"] == 3
    assert load_network(tmp_path, read)


def test_augmentation_keeps_shape_and_range_and_follows_its_seed() -> None:
    images = torch.from_numpy(bars(16).images)
    first, second = (Augmentation()(images, torch.Generator().manual_seed(3)) for _ in range(2))
    assert first.shape == (16, 28, 28)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 255
    assert torch.equal(first, second)
    assert not torch.equal(first[0], first[2])  # the same image twice in a batch is drawn differently


def test_embellishment_draws_on_the_digits_it_is_meant_for_only() -> None:
    images = torch.from_numpy(bars(40).images)
    labels = torch.arange(40) % 10
    drawn = Embellishment(1, 1, 1, 1)(images, labels, torch.Generator().manual_seed(0))
    changed = (drawn != images).flatten(1).any(dim=1)
    assert set(labels[changed].tolist()) == {0, 1, 7}
    assert (drawn >= images).all()


def test_a_line_is_as_wide_as_asked() -> None:
    ends = torch.tensor([[4.0, 14.0]]), torch.tensor([[24.0, 14.0]])
    line = draw_lines(torch.zeros(1, 28, 28), *ends, torch.tensor([3.0]))
    assert float(line[0, :, 14].sum()) / 255 == pytest.approx(3, abs=0.1)


def test_calibration_error_is_the_gap_of_confidence_and_accuracy() -> None:
    probabilities = torch.tensor([[0.8, 0.2]] * 10)
    labels = torch.tensor([0] * 5 + [1] * 5)  # 80 % sure, 50 % right
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.3)


def test_measured_accuracy_is_the_share_read_right() -> None:
    logits = torch.eye(10) * 9
    labels = torch.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 0])
    assert measure(logits, labels, Calibration())["accuracy"] == pytest.approx(0.9)


def test_missing_data_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="make data"):
        load_mnist("train", tmp_path)
