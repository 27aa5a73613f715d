"""Tests of the plots: they are PNG files, and the figures in them equal figures that are computed another way."""

from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.reporting.plots import (
    Labels,
    Probabilities,
    measure_reliability,
    plot_accuracy,
    plot_confusion_matrix,
    plot_loss,
    plot_reliability,
    plot_run,
    plot_test_predictions,
    plot_worst_mistakes,
)

COUNT = 400
HISTORY = [
    {"epoch": 0, "train/loss": 1.5, "validation/loss": 1.0, "validation/mnist": 0.70, "validation/pen_digits": 0.60},
    {"epoch": 1, "train/loss": 0.7, "validation/loss": 0.2, "validation/mnist": 0.95, "validation/pen_digits": 0.90},
    {"epoch": 2, "train/loss": 0.6, "validation/loss": 0.3, "validation/mnist": 0.94, "validation/pen_digits": 0.91},
]


@pytest.fixture
def labels() -> Labels:
    return np.random.default_rng(0).integers(0, 10, COUNT)


@pytest.fixture
def probabilities(labels: Labels) -> Probabilities:
    """About 80 % are right, and all confidences occur."""
    random = np.random.default_rng(1)
    logits = random.normal(size=(COUNT, 10)) * 2
    logits[np.arange(COUNT), labels] += 4
    return torch.from_numpy(logits).float().softmax(dim=1).numpy()


@pytest.fixture
def images() -> NDArray[np.uint8]:
    """The first two pixels of each image encode its number."""
    images = np.zeros((COUNT, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(COUNT), 256)
    return images


def number_of(shown: object) -> int:
    pixels = np.asarray(shown)
    return int(pixels[0, 0]) * 256 + int(pixels[0, 1])


def test_a_run_gets_six_plots_in_a_printable_size(
    images: NDArray[np.uint8], labels: Labels, probabilities: Probabilities, tmp_path: Path
) -> None:
    plot_run(tmp_path, HISTORY, images, labels, probabilities)
    written = {path.name for path in tmp_path.iterdir()}
    curves = {"loss.png", "accuracy.png"}
    assert written == curves | {
        "confusion_matrix.png",
        "reliability.png",
        "worst_mistakes.png",
        "test_predictions.png",
    }
    for name in written:
        with Image.open(tmp_path / name) as picture:
            assert picture.format == "PNG"
            assert 800 <= picture.width <= 1600
            assert 500 <= picture.height <= 1200
            lightest, darkest = picture.convert("L").getextrema()[::-1]
            assert lightest - darkest > 200, f"{name} is blank"


def test_loss_counts_epochs_from_one_and_marks_the_best(tmp_path: Path) -> None:
    (axes,) = plot_loss(HISTORY, tmp_path / "loss.png").axes
    training, validation, best = axes.lines
    assert np.asarray(training.get_xydata()).tolist() == [[1, 1.5], [2, 0.7], [3, 0.6]]
    assert np.asarray(validation.get_xydata()).tolist() == [[1, 1.0], [2, 0.2], [3, 0.3]]
    assert np.asarray(best.get_xydata()).tolist() == [[2, 0.2]]
    assert best.get_label() == "best: epoch 2, 0.2000"


def test_the_loss_of_a_run_that_diverged_has_no_best_epoch(tmp_path: Path) -> None:
    diverged = [{"epoch": 0, "validation/loss": float("nan")}]
    (axes,) = plot_loss(diverged, tmp_path / "loss.png").axes
    assert len(axes.lines) == 2


def test_accuracy_has_a_curve_for_each_slice(tmp_path: Path) -> None:
    (axes,) = plot_accuracy(HISTORY, tmp_path / "accuracy.png").axes
    mnist, pen_digits = axes.lines
    assert (mnist.get_label(), pen_digits.get_label()) == ("mnist: 94.00%", "pen digits: 91.00%")
    assert np.asarray(pen_digits.get_ydata()).tolist() == [0.60, 0.90, 0.91]


def test_the_mean_is_drawn_only_beside_several_slices(tmp_path: Path) -> None:
    several = [{**epoch, "validation/accuracy": 0.5} for epoch in HISTORY]
    (axes,) = plot_accuracy(several, tmp_path / "accuracy.png").axes
    assert sorted(map(label_of, axes.lines)) == ["mean: 50.00%", "mnist: 94.00%", "pen digits: 91.00%"]
    one = [{"epoch": 0, "validation/loss": 0.2, "validation/accuracy": 0.94, "validation/mnist": 0.94}]
    (axes,) = plot_accuracy(one, tmp_path / "accuracy.png").axes
    assert list(map(label_of, axes.lines)) == ["mnist: 94.00%"]


def label_of(line: Line2D) -> object:
    return line.get_label()


def test_the_confusion_matrix_has_true_digits_in_rows_and_predictions_in_columns(tmp_path: Path) -> None:
    labels = np.array([3, 3, 3, 5])
    probabilities = np.eye(10, dtype=np.float32)[[3, 8, 8, 5]]
    (axes,) = plot_confusion_matrix(labels, probabilities, tmp_path / "confusion_matrix.png").axes
    written = {tuple(map(int, text.get_position()[::-1])): text.get_text() for text in axes.texts}
    assert written == {(3, 3): "1", (3, 8): "2", (5, 5): "1"}
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true digit", "read as")
    assert axes.get_title() == "2 of 4 test digits misread (50.00% right)"


def test_the_calibration_error_equals_that_of_torchmetrics(labels: Labels, probabilities: Probabilities) -> None:
    from torchmetrics.functional.classification import multiclass_calibration_error

    tensors: tuple[Tensor, Tensor] = torch.from_numpy(probabilities), torch.from_numpy(labels)
    reference = float(multiclass_calibration_error(*tensors, num_classes=10, n_bins=15, norm="l1"))
    assert measure_reliability(labels, probabilities).calibration_error == pytest.approx(reference, abs=1e-6)


def test_reliability_bars_show_the_accuracy_in_each_confidence_bin(
    labels: Labels, probabilities: Probabilities, tmp_path: Path
) -> None:
    above, below = plot_reliability(labels, probabilities, tmp_path / "reliability.png").axes
    for number, (share, count) in enumerate(zip(above.patches, below.patches, strict=True)):
        inside = [
            int(row.argmax()) == label
            for row, label in zip(probabilities, labels, strict=True)
            if number / 15 < row.max() <= (number + 1) / 15
        ]
        assert count.get_height() == len(inside)
        assert share.get_height() == pytest.approx(sum(inside) / max(1, len(inside)))
    assert len(below.patches) == 15
    assert above.get_title() == f"Expected calibration error {error_of(labels, probabilities):.2%} over 400 test digits"


def test_bins_with_few_digits_are_pale_and_every_count_is_written(tmp_path: Path) -> None:
    labels = np.zeros(31, np.int64)
    probabilities = np.full((31, 10), 0.01, np.float32)
    probabilities[:, 0] = 0.91
    probabilities[:9] = 0.05
    probabilities[:9, 0] = 0.55
    figure = plot_reliability(labels, probabilities, tmp_path / "reliability.png")
    above, below = figure.axes
    colours = {bar.get_x(): to_hex(bar.get_facecolor()) for bar in above.patches if bar.get_height()}
    assert [colours[left] for left in sorted(colours)] == ["#c9dbea", "#2c5f8a"]
    assert [text.get_text() for text in below.texts if text.get_text()] == ["9", "22"]


def test_the_legend_of_the_reliability_plot_covers_no_bar(
    labels: Labels, probabilities: Probabilities, tmp_path: Path
) -> None:
    figure = plot_reliability(labels, probabilities, tmp_path / "reliability.png")
    (legend,) = figure.legends
    assert not any(legend.get_window_extent().overlaps(axes.get_window_extent()) for axes in figure.axes)


def error_of(labels: Labels, probabilities: Probabilities) -> float:
    return measure_reliability(labels, probabilities).calibration_error


def test_the_most_confident_mistakes_come_first(
    images: NDArray[np.uint8], labels: Labels, probabilities: Probabilities, tmp_path: Path
) -> None:
    figure = plot_worst_mistakes(images, labels, probabilities, tmp_path / "worst_mistakes.png")
    wrong = [member for member in range(COUNT) if probabilities[member].argmax() != labels[member]]
    expected = sorted(wrong, key=lambda member: -probabilities[member].max())[:32]
    shown = [axes for axes in figure.axes if axes.images]
    assert [number_of(axes.images[0].get_array()) for axes in shown] == expected
    worst = expected[0]
    digit, confidence = probabilities[worst].argmax(), probabilities[worst].max()
    assert shown[0].get_title() == f"{labels[worst]} → {digit}, {confidence:.1%}"


def test_without_mistakes_no_digit_is_drawn(images: NDArray[np.uint8], tmp_path: Path) -> None:
    labels = np.arange(10)
    perfect = np.eye(10, dtype=np.float32)
    figure = plot_worst_mistakes(images[:10], labels, perfect, tmp_path / "worst_mistakes.png")
    assert figure.get_suptitle().startswith("0 of 10 test digits misread")
    assert not any(axes.images for axes in figure.axes)


def test_eight_predictions_show_digit_confidence_and_true_digit(images: NDArray[np.uint8], tmp_path: Path) -> None:
    labels = np.arange(10)
    probabilities = np.full((10, 10), 0.02, np.float32)
    probabilities[labels, labels] = 0.82
    labels[1] = 7
    figure = plot_test_predictions(images[:10], labels, probabilities, tmp_path / "test_predictions.png")
    assert [number_of(axes.images[0].get_array()) for axes in figure.axes] == list(range(8))
    assert figure.axes[0].get_title() == "read as 0, 82.0%\ntrue digit 0"
    assert figure.axes[1].get_title() == "read as 1, 82.0%\ntrue digit 7"
    colours = [axes.title.get_color() for axes in figure.axes]
    assert colours[1] != colours[0] == colours[2]


def test_no_confidence_is_shown_as_100_percent(images: NDArray[np.uint8], tmp_path: Path) -> None:
    certain = np.eye(10, dtype=np.float32)
    figure = plot_test_predictions(images[:10], np.arange(10), certain, tmp_path / "test_predictions.png")
    assert "99.9%" in figure.axes[0].get_title()


def test_titles_name_the_split_of_the_digits(
    images: NDArray[np.uint8],
    labels: Labels,
    probabilities: Probabilities,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    titles: dict[str, str] = {}

    def record_title(figure: Figure, path: Path) -> Figure:
        titles[path.stem] = figure.get_suptitle() or figure.axes[0].get_title()
        return figure

    monkeypatch.setattr("training.reporting.plots.save_figure", record_title)
    plot_run(tmp_path, HISTORY, images, labels, probabilities, part="validation")
    for name in ("confusion_matrix", "reliability", "worst_mistakes", "test_predictions"):
        assert " validation digits" in titles[name]
