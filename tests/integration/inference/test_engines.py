"""Every engine gives the answers of the torch network, for every architecture that ships."""

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
from shared.recognition.model_version import Manifest, find_manifest, list_versions
from shared.recognition.normalisation import Images
from shared.recognition.weights import load_network
from tests.integration.inference.conftest import MODELS
from training.evaluation.measures import make_compute_logits

NAMES = sorted({name for name, _ in list_versions(MODELS)})
ENGINES: list[EngineName] = ["openvino", "torch"]


def drawings(count: int = 200) -> np.ndarray:
    """(N, 28, 28) uint8: random lines, some clear and some doubtful."""
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
def test_an_engine_gives_the_answers_of_the_network(name: str, engine: EngineName) -> None:
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
def test_the_service_gives_the_answers_that_were_measured(name: str, engine: EngineName) -> None:
    manifest, images = find_manifest(MODELS, name), drawings()
    compute_logits = make_compute_logits(load_network(MODELS, manifest), manifest.normalisation)
    expected = compute_augmented_logits(compute_logits, images, manifest.calibration)
    answers = Recogniser(manifest, choose_engine(engine, "cpu")(MODELS / manifest.reference, manifest)).recognise(
        images
    )
    assert answers.probabilities == pytest.approx(manifest.calibration.probabilities(expected), abs=1e-3)
    assert ((expected != compute_logits(images)).any(axis=1)).sum() > 10  # enough images are doubtful


class RecordingEngine:
    """Gives equal logits, so that every image is doubtful, and records its calls with their number of images."""

    name = device = "none"

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def compute_logits(self, images: Images) -> Logits:
        self.asked.append(("fast", len(images)))
        return np.ones((len(images), 10), np.float32)

    def compute_exact_logits(self, images: Images) -> Logits:
        self.asked.append(("exact", len(images)))
        return np.ones((len(images), 10), np.float32)


def test_the_logits_of_augmented_views_are_exact() -> None:
    manifest, engine = find_manifest(MODELS, "cnn"), RecordingEngine()
    recogniser = Recogniser(manifest, engine)
    engine.asked.clear()
    recogniser.recognise(drawings(3))
    assert engine.asked == [("fast", 3), ("exact", 18)]
    engine.asked.clear()
    recogniser.compute_probabilities(drawings(3))
    assert engine.asked == [("fast", 3)]


def test_the_memory_of_openvino_does_not_grow_with_the_batch_size() -> None:
    manifest, images = find_manifest(MODELS, "cnn"), drawings()
    made = choose_engine("openvino", "cpu")(MODELS / manifest.reference, manifest)
    loaded = psutil.Process().memory_info().rss
    for batch in range(1, 101):
        made.compute_logits(images[:batch])
    assert psutil.Process().memory_info().rss - loaded < 15e6


def test_half_precision_is_exact_enough_for_sure_images_only() -> None:
    manifest, images = find_manifest(MODELS, "cnn"), drawings()
    engine = OpenVinoEngine(MODELS / manifest.reference, manifest)
    if engine._half is None:
        assert engine.compute_logits(images) == pytest.approx(network_logits(manifest, images), abs=1e-3)
        return
    exact = manifest.calibration.probabilities(network_logits(manifest, images))
    half = manifest.calibration.probabilities(engine._half.run(images))
    assert np.abs(half - exact).max() > 1e-3 > np.abs(half - exact)[half.max(axis=1) >= 0.99].max()


def test_an_engine_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.inference.engines.choice.find_spec", lambda _: None)
    with pytest.raises(EngineError, match="not installed"):
        choose_engine("openvino", "cpu")


def test_a_gpu_gives_the_answers_of_the_network_or_its_absence_is_an_error() -> None:
    if has_gpu():
        manifest, images = find_manifest(MODELS, "cnn"), drawings(300)
        made = choose_engine("auto", "cuda")(MODELS / manifest.reference, manifest)
        expected = manifest.calibration.probabilities(network_logits(manifest, images))
        for batch in (300, 1, 7, 200):
            answers = manifest.calibration.probabilities(made.compute_logits(images[:batch]))
            assert answers == pytest.approx(expected[:batch], abs=1e-3)
        compute_logits = make_compute_logits(load_network(MODELS, manifest), manifest.normalisation)
        augmented = compute_augmented_logits(compute_logits, images, manifest.calibration)
        assert Recogniser(manifest, made).recognise(images).probabilities == pytest.approx(
            manifest.calibration.probabilities(augmented), abs=1e-3
        )
        return
    with pytest.raises(EngineError, match="no NVIDIA GPU"):
        choose_engine("auto", "cuda")


def test_a_file_that_is_not_a_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(Exception, match=r"."):
        choose_engine("openvino", "cpu")(tmp_path, find_manifest(MODELS, "cnn"))
