"""Every engine gives the answers of the network itself, for every architecture that ships."""

from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from services.inference.engines.choice import EngineError, EngineName, choose_engine, has_gpu
from services.inference.engines.openvino_engine import OpenVinoEngine
from services.inference.recogniser import Recogniser
from shared.recognition.augmented_views import compute_augmented_logits
from shared.recognition.calibration import Logits
from shared.recognition.model_version import CURRENT, Manifest, find_manifest
from shared.recognition.normalisation import Images
from shared.recognition.weights import load_network
from tests.integration.inference.conftest import MODELS
from training.evaluation.measures import make_look

NAMES = sorted(pointer.parent.name for pointer in MODELS.glob(f"*/{CURRENT}"))
ENGINES: list[EngineName] = ["openvino", "onnxruntime", "torch"]


def drawings(count: int = 200) -> np.ndarray:
    """(N, 28, 28) uint8: blurred lines, clear ones and doubtful ones."""
    random = np.random.default_rng(0)
    images = np.zeros((count, 28, 28), np.float32)
    for image in images:
        for _ in range(int(random.integers(1, 5))):
            (x, y), (u, v) = random.uniform(5, 23, (2, 2))
            for share in np.linspace(0, 1, 40):
                row, column = round(y + share * (v - y)), round(x + share * (u - x))
                image[row - 1 : row + 1, column - 1 : column + 1] = random.uniform(120, 255)
    return images.astype(np.uint8)


def network_logits(manifest: Manifest, images: np.ndarray) -> Logits:
    with torch.inference_mode():
        network = load_network(MODELS, manifest)
        logits: Logits = network(manifest.normalisation(torch.from_numpy(images))).numpy()
    return logits


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_answers_as_the_network(name: str, engine: EngineName) -> None:
    manifest, images = find_manifest(MODELS, name), drawings()
    made = choose_engine(engine, "cpu")(MODELS / manifest.reference, manifest)
    expected = manifest.calibration.probabilities(network_logits(manifest, images))
    for batch in (1, 7, 200):
        answers = manifest.calibration.probabilities(made.compute_logits(images[:batch]))
        assert (answers.argmax(axis=1) == expected[:batch].argmax(axis=1)).all()
        assert answers == pytest.approx(expected[:batch], abs=1e-3)
    assert (made.name, made.device) == (engine, "cpu")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_served_is_what_was_measured(name: str, engine: EngineName) -> None:
    manifest, images = find_manifest(MODELS, name), drawings()
    look = make_look(load_network(MODELS, manifest), manifest.normalisation)
    expected = compute_augmented_logits(look, images, manifest.calibration)
    answers = Recogniser(manifest, choose_engine(engine, "cpu")(MODELS / manifest.reference, manifest)).recognise(
        images
    )
    assert answers.probabilities == pytest.approx(manifest.calibration.probabilities(expected), abs=1e-3)
    assert ((expected != look(images)).any(axis=1)).sum() > 10  # enough that were looked at again


class RecordingEngine:
    """Doubts everything, and keeps how many images it was asked about in which precision."""

    name = device = "none"

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def compute_logits(self, images: Images) -> Logits:
        self.asked.append(("as sure as need be", len(images)))
        return np.ones((len(images), 10), np.float32)

    def compute_exact_logits(self, images: Images) -> Logits:
        self.asked.append(("exact", len(images)))
        return np.ones((len(images), 10), np.float32)


def test_the_views_of_what_is_doubtful_are_computed_exactly() -> None:
    manifest, engine = find_manifest(MODELS, "cnn"), RecordingEngine()
    recogniser = Recogniser(manifest, engine)
    engine.asked.clear()
    recogniser.recognise(drawings(3))
    assert engine.asked == [("as sure as need be", 3), ("exact", 18)]
    engine.asked.clear()
    recogniser.look_once(drawings(3))
    assert engine.asked == [("as sure as need be", 3)]


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_its_memory_does_not_depend_on_how_many_images_come(engine: EngineName) -> None:
    manifest, images = find_manifest(MODELS, "cnn"), drawings()
    made = choose_engine(engine, "cpu")(MODELS / manifest.reference, manifest)
    loaded = psutil.Process().memory_info().rss
    for batch in range(1, 101):
        made.compute_logits(images[:batch])
    assert psutil.Process().memory_info().rss - loaded < 15e6


def test_half_precision_is_not_trusted_with_doubtful_images() -> None:
    manifest, images = find_manifest(MODELS, "cnn"), drawings()
    engine = OpenVinoEngine(MODELS / manifest.reference, manifest)
    if engine._half is None:
        assert engine.compute_logits(images) == pytest.approx(network_logits(manifest, images), abs=1e-3)
        return
    exact = manifest.calibration.probabilities(network_logits(manifest, images))
    half = manifest.calibration.probabilities(engine._half.run(images))
    assert np.abs(half - exact).max() > 1e-3 > np.abs(half - exact)[half.max(axis=1) >= 0.99].max()


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.inference.engines.choice.find_spec", lambda _: None)
    with pytest.raises(EngineError, match="not installed"):
        choose_engine("openvino", "cpu")


def test_a_gpu_answers_as_the_network_or_is_said_not_to_be_there() -> None:
    if has_gpu():
        manifest, images = find_manifest(MODELS, "cnn"), drawings(300)
        made = choose_engine("auto", "cuda")(MODELS / manifest.reference, manifest)
        expected = manifest.calibration.probabilities(network_logits(manifest, images))
        for batch in (300, 1, 7, 200):
            answers = manifest.calibration.probabilities(made.compute_logits(images[:batch]))
            assert answers == pytest.approx(expected[:batch], abs=1e-3)
        look = make_look(load_network(MODELS, manifest), manifest.normalisation)
        twice = manifest.calibration.probabilities(compute_augmented_logits(look, images, manifest.calibration))
        assert Recogniser(manifest, made).recognise(images).probabilities == pytest.approx(twice, abs=1e-3)
        return
    with pytest.raises(EngineError, match="no NVIDIA GPU"):
        choose_engine("auto", "cuda")


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(Exception, match=r"."):
        choose_engine("openvino", "cpu")(tmp_path, find_manifest(MODELS, "cnn"))
