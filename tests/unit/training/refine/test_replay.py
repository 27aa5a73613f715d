"""Which datasets a refinement repeats, and what it says about slices that it cannot measure."""

from pathlib import Path

import pytest

from shared.recognition.model_version import Manifest, TrainingStep
from tests.unit.training.refine.test_learned import manifest
from training.data.mixture import LOADERS
from training.errors import DataUnavailableError
from training.refine.options import Options
from training.refine.replay import describe_missing, find_replayed
from training.refine.settings import choose_settings


@pytest.fixture
def only_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DataUnavailableError

    monkeypatch.setitem(LOADERS, "mnist", lambda *_: None)
    for name in ("qmnist", "emnist", "labelled_drawings"):
        monkeypatch.setitem(LOADERS, name, fail)


def learned(dataset: str, **settings: object) -> Manifest:
    step = TrainingStep(trained="best/1", settings={"dataset": "mnist,pen_strokes", "pictures": True}, data={})
    return manifest({"dataset": dataset, **settings}, [step])


@pytest.mark.usefixtures("only_mnist")
def test_the_datasets_of_the_version_and_of_its_lineage_are_repeated_if_they_are_here() -> None:
    options = Options(pen_digits=(Path("digits.jsonl"),))
    assert find_replayed(learned("mnist"), options) == ("mnist", "pen_strokes")
    assert find_replayed(learned("mnist"), Options(pen_digits=())) == ("mnist",)
    assert find_replayed(learned("emnist,labelled_drawings"), Options(pen_digits=())) == ("mnist",)


@pytest.mark.usefixtures("only_mnist")
def test_the_version_in_use_is_the_start_the_teacher_and_the_label_filter() -> None:
    settings = choose_settings(learned("mnist"), ("mnist", "pen_strokes"), seed=3)
    assert (settings.start_from, settings.teacher, settings.label_filter) == ("cnn/2", "cnn/2", "start")
    assert (settings.pictures, settings.cut_digits, settings.seed) == (True, False, 3)
    assert settings.dataset == ("mnist", "pen_strokes", "labelled_drawings")


def test_a_slice_that_cannot_be_measured_is_named_with_the_option_that_gives_its_file() -> None:
    current = manifest({}).model_copy(update={"metrics": {"mnist": {}, "pen_letters": {}, "photographs": {}}})
    sentence = describe_missing(current, ["mnist"])
    assert "pen_letters, photographs" in sentence
    assert "--pen-digits (or PEN_DIGITS) and --pen-letters (or PEN_LETTERS)" in sentence
    assert describe_missing(current, ["mnist", "pen_letters", "photographs"]) == ""
