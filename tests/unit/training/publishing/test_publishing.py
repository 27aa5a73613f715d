"""A version is written with its metrics, and becomes the current one only if it is not worse."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from shared.recognition.architectures import build_network
from shared.recognition.augmented_views import ComputeLogits, compute_augmented_logits
from shared.recognition.calibration import Calibration, Logits
from shared.recognition.journal import read_journal
from shared.recognition.model_version import ModelVersionError, list_versions, read_current, read_manifest
from shared.recognition.normalisation import Images, Normalisation
from shared.recognition.promotion import roll_back
from shared.recognition.weights import load_network
from tests.unit.training.toy_data import bars
from training.data.labelled_images import NOT_A_DIGIT
from training.data.slices import PreparedSlice
from training.evaluation.measures import make_compute_logits, measure
from training.evaluation.paired import is_worse
from training.publishing import version
from training.publishing.calibration import fit_calibration
from training.publishing.gate import find_right
from training.publishing.version import Candidate, Published, calibrate, publish

MLP = "mlp"
EPOCHS = [{"epoch": 0, "train/loss": float("nan"), "validation/loss": 0.5}]


def candidate(network: nn.Module | None = None) -> Candidate:
    torch.manual_seed(0)
    network = network or build_network(MLP)
    return Candidate(MLP, MLP, network, Normalisation(), {"bars": "0"}, {"epochs": 3}, epochs=EPOCHS)


def reads_bars() -> nn.Module:
    """Return a network that answers one if the top of an upright bar is white, else zero."""
    network = build_network(MLP)
    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
        network.fc1.weight[0, 4 * 28 + 14] = 1  # type: ignore[index, union-attr, operator]
        network.fc2.weight[0, 0] = 1  # type: ignore[index, union-attr, operator]
        network.fc3.weight[1, 0] = 5  # type: ignore[index, union-attr, operator]
        network.fc3.bias[0] = 3  # type: ignore[index, union-attr, operator]
    return network


def prepared_bars() -> PreparedSlice:
    data = bars(64)
    return PreparedSlice("mnist", data.images, data.labels, np.ones(64, bool))


def publish_candidate(new: Candidate, test: list[PreparedSlice], models: Path) -> Published:
    return publish(new, calibrate(new, {"bars": bars(32)}), test, models, {})


def publish_to(models: Path, network: nn.Module | None = None) -> tuple[str, list[str]]:
    published = publish_candidate(candidate(network), [prepared_bars()], models)
    return published.manifest.version, published.objections


def test_the_first_version_becomes_the_current_one_with_its_metrics(tmp_path: Path) -> None:
    published, objections = publish_to(tmp_path, reads_bars())
    manifest = read_manifest(tmp_path, MLP, read_current(tmp_path, MLP))
    assert (manifest.version, objections) == (published, [])
    assert manifest.metrics["mnist"]["accuracy"] == 1
    assert manifest.metrics["mnist"]["examples"] == 64
    assert (manifest.data, manifest.recipe) == ({"bars": "0"}, {"epochs": 3})
    assert manifest.epochs == [{"epoch": 0, "validation/loss": 0.5}]  # JSON has no "not a number"
    assert load_network(tmp_path, manifest)


def test_metrics_are_measured_as_in_serving(tmp_path: Path) -> None:
    new, part = candidate(), prepared_bars()  # an untrained network doubts every image
    calibration = Calibration(energy_centre=-50, doubtful_below=0.8)
    published = publish(new, calibration, [part], tmp_path, {})
    compute_logits = make_compute_logits(new.network, new.normalisation)
    plain = compute_logits(part.images)
    augmented = compute_augmented_logits(compute_logits, part.images, calibration)
    expected = measure(augmented, part.labels, part.readable, calibration)
    assert published.manifest.metrics["mnist"] == pytest.approx(expected)
    assert expected["nll"] != pytest.approx(measure(plain, part.labels, part.readable, calibration)["nll"])


def test_a_calibration_is_fitted_to_augmented_logits() -> None:
    new, data = candidate(), bars(32)
    compute_logits, labels = make_compute_logits(new.network, new.normalisation), [torch.from_numpy(data.labels)]
    first = fit_calibration([torch.from_numpy(compute_logits(data.images))], labels)
    augmented = compute_augmented_logits(compute_logits, data.images, first)
    assert calibrate(new, {"bars": data}) == fit_calibration([torch.from_numpy(augmented)], labels) != first


def test_the_current_version_is_measured_with_its_own_calibration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Calibration] = []

    def record_calibration(compute_logits: ComputeLogits, images: Images, calibration: Calibration) -> Logits:
        asked.append(calibration)
        return compute_augmented_logits(compute_logits, images, calibration)

    monkeypatch.setattr("training.publishing.gate.compute_augmented_logits", record_calibration)
    first, _ = publish_to(tmp_path, reads_bars())
    publish_to(tmp_path, reads_bars())
    assert asked == [read_manifest(tmp_path, MLP, first).calibration]


def test_a_worse_version_is_written_but_does_not_become_current(tmp_path: Path) -> None:
    good, _ = publish_to(tmp_path, reads_bars())
    bad, objections = publish_to(tmp_path)
    assert read_current(tmp_path, MLP) == good
    assert read_manifest(tmp_path, MLP, bad).version == bad
    assert len(objections) == 1
    assert objections[0].startswith("mnist: -")


def test_a_slice_that_is_no_longer_measured_is_an_objection(tmp_path: Path) -> None:
    good, _ = publish_to(tmp_path, reads_bars())
    other = PreparedSlice("uploads", bars(2).images, bars(2).labels, np.ones(2, bool))
    published = publish_candidate(candidate(reads_bars()), [other], tmp_path)
    assert published.objections == [f"mnist: measured for mlp/{good}, but not now"]
    assert read_current(tmp_path, MLP) == good


def test_a_current_version_that_cannot_be_loaded_does_not_open_the_gate(tmp_path: Path) -> None:
    good, _ = publish_to(tmp_path, reads_bars())
    (tmp_path / MLP / good / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelVersionError, match="can't be loaded"):
        publish_to(tmp_path)
    assert read_current(tmp_path, MLP) == good
    assert list_versions(tmp_path) == [(MLP, good)]  # a failure leaves no files


def test_a_version_that_is_just_as_good_becomes_current(tmp_path: Path) -> None:
    publish_to(tmp_path, reads_bars())
    second, objections = publish_to(tmp_path, reads_bars())
    assert (read_current(tmp_path, MLP), objections) == (second, [])


@pytest.mark.parametrize(
    ("lost", "won", "worse"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (40, 30, False), (50, 30, True), (30, 50, False)],
)
def test_worse_means_more_than_chance_explains(lost: int, won: int, worse: bool) -> None:
    current = np.array([True] * lost + [False] * won + [True] * 900)
    new = np.array([False] * lost + [True] * won + [True] * 900)
    assert is_worse(new, current) is worse


def test_a_non_digit_is_right_when_it_is_rejected() -> None:
    labels = np.array([1, NOT_A_DIGIT, NOT_A_DIGIT, NOT_A_DIGIT, 1])
    readable = np.array([True, True, True, False, False])
    part = PreparedSlice("mixed", np.zeros((5, 28, 28), np.uint8), labels, readable)
    sure, unsure = [0.0, 9.0, *[0.0] * 8], [-9.0] * 10
    logits = np.array([sure, sure, unsure, sure, sure], np.float32)
    assert find_right(logits, part, Calibration()).tolist() == [True, False, True, True, False]


def test_a_rejected_digit_is_not_right() -> None:
    part = PreparedSlice("mnist", np.zeros((1, 28, 28), np.uint8), np.array([1]), np.array([True]))
    faint = np.array([[-9.0, -5.0, *[-9.0] * 8]], np.float32)
    assert find_right(faint, part, Calibration()).tolist() == [False]


def test_what_a_curator_puts_in_use_during_the_measurement_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = publish_to(tmp_path, reads_bars())
    publish_to(tmp_path, reads_bars())
    measured = version.measure

    def measure_while_a_curator_goes_back(*given: Any) -> dict[str, float]:
        roll_back(tmp_path, MLP, first, who="Ada", why="it misreads ones")
        return measured(*given)

    monkeypatch.setattr(version, "measure", measure_while_a_curator_goes_back)
    _, objections = publish_to(tmp_path, reads_bars())
    assert read_current(tmp_path, MLP) == first
    assert "was put in use meanwhile" in objections[0]
    assert read_journal(tmp_path, MLP)[-1].event == "held_back"
