"""Vandals in a whole refinement: labels are judged, the rest is learned, and the gate decides, with a real network.

Three hundred labels are honest. Vandals have given twice as many, and want every digit to be read as a three.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.integration.training.refine.ten_digits import read_others, write_ten_digits
from tests.integration.training.refine.world import current_of
from tests.unit.training.refine.people import Town, build_town
from training.data.people_drawings import PeopleDrawings
from training.evaluation.paired import Comparison
from training.refine import __main__ as command
from training.refine.options import Options
from training.refine.probe import CLASSES, Judge, Probabilities, to_classes

build = partial(build_town, honest=12, of_each=25)
ATTACKS = {
    "one says that everything is a three": partial(build, vandals=1, of_each_vandal=600),
    "one is slow and labels every second drawing rightly": partial(build, vandals=1, of_each_vandal=600, wrong=0.5),
    "one has many identities": partial(build, vandals=60, of_each_vandal=10),
}


@pytest.fixture(scope="module")
def ten_digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Options]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield write_ten_digits(tmp_path_factory.mktemp("ten-digits"), monkeypatch)


@pytest.fixture(params=ATTACKS.values(), ids=list(ATTACKS))
def attacked(
    request: pytest.FixtureRequest, ten_digits: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Options:
    """Return the options of a refinement in the test's own folder. Storage has the labels of all people."""
    attack: Callable[[], Town] = request.param
    monkeypatch.setattr(command, "fetch_drawings", lambda *_: attack().drawings)
    monkeypatch.setattr(command, "send_suspected", lambda *_: None)
    shutil.copytree(ten_digits.models_dir, tmp_path / "models")
    return ten_digits.model_copy(update={"models_dir": tmp_path / "models", "results_dir": tmp_path / "results"})


def test_vandals_neither_get_a_worse_version_into_use_nor_keep_others_from_teaching(attacked: Options) -> None:
    before = current_of(attacked)
    outcome = command.refine(attacked)
    after = current_of(attacked)
    assert (outcome.ending, outcome.version) == ("refined", after.version)
    others = Comparison("others", read_others(before, attacked), read_others(after, attacked))
    assert others.change != "worse"


def test_a_version_that_vandals_have_taught_is_held_back(attacked: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "estimate_probabilities", believe)
    before = current_of(attacked)
    assert command.refine(attacked).ending == "held_back"
    assert current_of(attacked) == before


def believe(drawings: PeopleDrawings, _: Judge) -> Probabilities:
    """Return that every label is certainly right, as a judge would who has been deceived."""
    return np.eye(CLASSES)[to_classes(drawings.labels)]
