"""A reader version: calibrated, exported, measured, compared with the current one, and written."""

from pathlib import Path

import numpy as np
import pytest
import torch

from shared.recognition.architectures.reader import Reader
from shared.recognition.model_version import GRAPH, ModelVersionError, folder_of, read_current, read_reader_manifest
from shared.recognition.page.mark import Mark as FoundMark
from shared.recognition.page.pixel_box import PixelBox
from shared.recognition.reader_calibration import ReaderCalibration
from shared.recognition.weights import load_network
from tests.unit.training.reader.made_up_hands import make_test_hands
from training.reader import publishing
from training.reader.calibration import fit_reader_calibration
from training.reader.graph import check_reader_graph, export_reader_graph, load_graph
from training.reader.measured_pages import Slices, compose_slices
from training.reader.measures import measure_slices
from training.reader.publishing import make_candidate, publish_reader
from training.reader.reading import FoundSlices, make_compute_maps
from training.rendering.pages.page import Page
from training.rendering.pages.sheet import Mark


@pytest.fixture(scope="module")
def slices() -> Slices:
    return compose_slices(make_test_hands(), seed=1, pages=1)


def read_perfectly(slices: Slices, score: float = 0.8, **signs: str) -> FoundSlices:
    """What a reader finds that sees every mark. `signs` says which digit it takes for which, as `d7="1"`."""
    return {
        name: [[as_found(mark, score, signs) for mark in page.marks] for page in pages]
        for name, pages in slices.items()
    }


def as_found(mark: Mark, score: float, signs: dict[str, str]) -> FoundMark:
    left, top, right, bottom = (round(value) for value in mark.box)
    sign = signs.get(f"d{mark.sign}", mark.sign)
    chances = np.eye(10, dtype=np.float32)[int(sign)] * 0.9 + 0.01 if sign.isdecimal() else None
    return FoundMark(PixelBox(left, top, max(right, left + 1), max(bottom, top + 1)), sign, score, chances)


def two_sevens() -> Slices:
    boxes = ((20.0, 20.0, 36.0, 44.0), (60.0, 20.0, 76.0, 44.0))
    return {"lines": [Page(np.full((64, 96), 255, np.uint8), [Mark("7", box) for box in boxes])] * 20}


def test_the_same_seed_composes_the_same_slices(slices: Slices) -> None:
    again = compose_slices(make_test_hands(), seed=1, pages=1)
    assert all((slices[name][0].picture == again[name][0].picture).all() for name in slices)


def test_the_threshold_separates_digits_from_inventions() -> None:
    slices = two_sevens()
    invented = FoundMark(PixelBox(2, 2, 8, 12), "1", 0.4, np.full(10, 0.1, np.float32))
    found = {name: [[*marks, invented] for marks in part] for name, part in read_perfectly(slices, 0.7).items()}
    calibration = fit_reader_calibration(slices, found)
    assert 0.4 < calibration.digit_threshold < 0.7


def test_digits_that_are_always_right_sharpen_the_probabilities_and_wrong_ones_soften_them() -> None:
    slices = two_sevens()
    always = fit_reader_calibration(slices, read_perfectly(slices)).temperature
    half = {
        "lines": [
            [marks[0], as_found(Mark("7", page.marks[1].box), 0.8, {"d7": "1"})]
            for page, marks in zip(slices["lines"], read_perfectly(slices)["lines"], strict=True)
        ]
    }
    assert always < 1 < fit_reader_calibration(slices, half).temperature


def test_a_slice_says_what_was_read_missed_and_invented() -> None:
    slices = two_sevens()
    found = read_perfectly(slices)
    found["lines"] = [marks[:1] for marks in found["lines"][:10]] + found["lines"][10:]
    measured = measure_slices(slices, found, ReaderCalibration())["lines"]
    assert measured.metrics == {
        "examples": 20.0,
        "exact_pages": 0.5,
        "invented_per_page": 0.0,
        "digits": 40.0,
        "accuracy": 0.75,
        "missed": 0.25,
        "wrong": 0.0,
    }
    assert (int(measured.digits.sum()), int(measured.pages.sum())) == (30, 10)


def test_marks_below_their_threshold_do_not_count() -> None:
    slices = two_sevens()
    measured = measure_slices(slices, read_perfectly(slices, 0.6), ReaderCalibration(digit_threshold=0.7))
    assert measured["lines"].metrics["missed"] == 1.0


@pytest.fixture(scope="module")
def network() -> Reader:
    torch.manual_seed(1)
    return Reader(16).eval()


def test_the_graph_answers_as_the_network_for_pages_of_any_size(network: Reader) -> None:
    graph, compute_maps = export_reader_graph(network), make_compute_maps(network)
    random = np.random.default_rng(0)
    pages = [random.integers(0, 256, size, np.uint8) for size in ((16, 16), (64, 320), (131, 90))]
    check_reader_graph(graph, compute_maps, pages)
    assert load_graph(graph)(pages[0]).shape == (25, 4, 4)
    with pytest.raises(ModelVersionError, match="differs from the network"):
        check_reader_graph(graph, lambda page: compute_maps(page) + np.float32(0.1), pages[:1])


def test_a_version_is_current_unless_it_reads_worse_than_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is real and untrained; what it reads is made up, because training one takes an hour."""
    slices, found = two_sevens(), [read_perfectly(two_sevens())] * 2
    monkeypatch.setattr(publishing, "read_slices", lambda *_: found.pop(0))
    candidate = make_candidate(Reader().eval(), {"mnist": "aa"}, {"epochs": 3}, "reader")
    first = publish_reader(candidate, slices, slices, tmp_path)
    assert (first.objections, read_current(tmp_path, "reader")) == ([], first.manifest.version)
    manifest = read_reader_manifest(tmp_path, first.manifest.version)
    assert manifest == first.manifest
    assert (manifest.data, manifest.recipe, manifest.recipe_name) == ({"mnist": "aa"}, {"epochs": 3}, "reader")
    assert (folder_of(tmp_path, "reader", manifest.version) / GRAPH).exists()
    loaded = load_network(tmp_path, manifest).state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in candidate.network.state_dict().items())

    worse = read_perfectly(slices, d7="1")
    found += [read_perfectly(slices), worse, read_perfectly(slices)]  # validation, test, and the current version's test
    second = publish_reader(candidate, slices, slices, tmp_path)
    assert [objection.split(":")[0] for objection in second.objections] == ["lines, digits", "lines, exact pages"]
    assert read_current(tmp_path, "reader") == first.manifest.version
