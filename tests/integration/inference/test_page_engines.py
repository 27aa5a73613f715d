"""Every engine draws the maps of the torch network, for pages of any size."""

from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from services.inference.engines.choice import EngineName, choose_page_engine, has_gpu
from services.inference.engines.page_engine import Grey, PageMaps
from services.inference.page_reader import SIDES, PageReader, load_page_reader
from shared.recognition.model_version import GRAPH, READER, WEIGHTS, ModelVersionError, ReaderManifest
from shared.recognition.page.maps import CHANNELS, MAPS, STRIDE
from shared.recognition.weights import load_network
from tests.tiny_reader import write_tiny_reader

ENGINES: list[EngineName] = ["openvino", "torch"]
SIZES = [(16, 16), (64, 192), (160, 48), (576, 256)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny_reader(folder, "1", eagerness=4)
    return folder


def make_page(height: int, width: int) -> Grey:
    return np.random.default_rng(height * width).integers(0, 256, (height, width), dtype=np.uint8)


def assert_same_chances(maps: PageMaps, expected: PageMaps) -> None:
    """Half precision moves the chance of a centre by less than 0.01, and places by less than a fifth of a pixel."""
    assert maps.dtype == np.float32
    assert sigmoid(maps[MAPS.centre]) == pytest.approx(sigmoid(expected[MAPS.centre]), abs=0.01)
    assert maps[MAPS.place] == pytest.approx(expected[MAPS.place], abs=0.05)


def sigmoid(logits: PageMaps) -> PageMaps:
    return 1 / (1 + np.exp(-logits))


def compute_network_maps(models: Path, manifest: ReaderManifest, page: Grey) -> PageMaps:
    with torch.inference_mode():
        network = load_network(models, manifest)
        maps: PageMaps = network(manifest.normalisation(torch.from_numpy(page[None])))[0].numpy()
    return maps


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_draws_the_maps_of_the_network(models: Path, engine: EngineName) -> None:
    reader = load_page_reader(models, "1", choose_page_engine(engine, "cpu"))
    for side in SIDES[:4]:
        page = make_page(side, side)
        assert_same_chances(reader.compute_maps(page), compute_network_maps(models, reader.manifest, page))
    assert (reader.engine.name, reader.engine.device) == (engine, "cpu")


@pytest.mark.skipif(not has_gpu(), reason="needs an NVIDIA GPU")
def test_a_gpu_draws_the_maps_of_the_network(models: Path) -> None:
    reader = load_page_reader(models, "1", choose_page_engine("auto", "cuda"))
    page = make_page(256, 384)
    assert_same_chances(reader.compute_maps(page), compute_network_maps(models, reader.manifest, page))
    assert reader.engine.device == "cuda"


@pytest.mark.parametrize("size", SIZES)
def test_the_maps_of_a_page_have_a_quarter_of_its_size(models: Path, size: tuple[int, int]) -> None:
    reader = load_page_reader(models, "1", choose_page_engine("openvino", "cpu"))
    assert reader.compute_maps(make_page(*size)).shape == (CHANNELS, size[0] // STRIDE, size[1] // STRIDE)


class WatchedEngine:
    """Notes the sizes of the pages."""

    name = device = "none"

    def __init__(self) -> None:
        self.sizes: set[tuple[int, ...]] = set()

    def compute_maps(self, page: Grey) -> PageMaps:
        self.sizes.add(page.shape)
        return np.zeros((CHANNELS, page.shape[0] // STRIDE, page.shape[1] // STRIDE), np.float32)


def test_pages_of_any_size_have_few_sizes_for_the_engine(models: Path) -> None:
    engine = WatchedEngine()
    reader = PageReader(write_tiny_reader(models, "2"), engine)
    for height in range(16, 592, 16):
        for width in range(16, 592, 16):
            reader.compute_maps(np.zeros((height, width), np.uint8))
    assert engine.sizes == {(height, width) for height in SIDES for width in SIDES}


def test_memory_does_not_grow_with_the_number_of_pages(models: Path) -> None:
    reader = load_page_reader(models, "1", choose_page_engine("openvino", "cpu"))
    for height in SIDES:
        for width in SIDES:
            reader.compute_maps(np.zeros((height, width), np.uint8))
    before = psutil.Process().memory_info().rss
    random = np.random.default_rng(0)
    for height, width in random.integers(1, 20, (60, 2)) * 16:
        reader.compute_maps(np.zeros((height, width), np.uint8))
    assert psutil.Process().memory_info().rss - before < 30_000_000


@pytest.mark.parametrize(("engine", "file"), [("openvino", GRAPH), ("torch", WEIGHTS)])
def test_a_reader_with_a_broken_file_is_refused(tmp_path: Path, engine: EngineName, file: str) -> None:
    write_tiny_reader(tmp_path, "1")
    (tmp_path / READER / "1" / file).write_bytes(b"broken")
    with pytest.raises(ModelVersionError, match="can't be loaded"):
        load_page_reader(tmp_path, "1", choose_page_engine(engine, "cpu"))


def test_a_network_with_other_maps_is_refused(models: Path) -> None:
    with pytest.raises(ModelVersionError, match="shape"):
        load_page_reader(models, "1", lambda folder, manifest: OtherEngine())


class OtherEngine(WatchedEngine):
    """Draws three maps."""

    def compute_maps(self, page: Grey) -> PageMaps:
        return super().compute_maps(page)[:3]
