"""Labels are judged by the version from before the first refinement, as long as it is on disk."""

from pathlib import Path

import pytest

from shared.recognition.architectures import build_network
from shared.recognition.model_version import Manifest, TrainingStep, find_manifest
from tests.unit.recognition.test_model_version import a_manifest
from training.publishing.folder import write_model_version
from training.refine.judge import find_judge

LEARNED = "mnist,labelled_drawings"


def step(trained: str, dataset: str) -> TrainingStep:
    return TrainingStep(trained=trained, settings={"dataset": dataset}, data={})


@pytest.fixture
def versions(tmp_path: Path) -> list[Manifest]:
    """A version that was trained in two steps, and two refinements after it."""
    name = a_manifest().name
    lineage = [step("cnn, step 1", "mnist"), step(f"{name}/1", "mnist"), step(f"{name}/2", LEARNED)]
    made = []
    for number, dataset in enumerate(("mnist", LEARNED, LEARNED)):
        changes = {"version": f"{number + 1}", "recipe": {"dataset": dataset}, "lineage": lineage[: number + 1]}
        version = a_manifest().model_copy(update={**changes, "architecture": "lenet5"})
        write_model_version(tmp_path, version, build_network("lenet5"), b"")
        made.append(find_manifest(tmp_path, version.reference))  # with the hashes of its files
    return made


def remove(models_dir: Path, version: Manifest) -> None:
    (models_dir / version.name / version.version / "manifest.json").unlink()


def test_the_version_before_the_first_refinement_judges(tmp_path, versions):
    assert [find_judge(tmp_path, version) for version in versions] == [versions[0]] * 3


def test_it_judges_also_if_a_refinement_in_between_was_removed(tmp_path, versions):
    remove(tmp_path, versions[1])
    assert find_judge(tmp_path, versions[2]) == versions[0]


def test_without_it_the_version_judges_itself(tmp_path, versions):
    remove(tmp_path, versions[0])
    assert find_judge(tmp_path, versions[2]) == versions[2]


def test_a_version_that_depends_on_one_that_learned_does_not_judge(tmp_path, versions):
    teacher = step(f"{versions[0].name}/3", LEARNED)
    student = versions[0].model_copy(update={"version": "4", "lineage": [*versions[2].lineage, teacher]})
    assert find_judge(tmp_path, student) == versions[0]
