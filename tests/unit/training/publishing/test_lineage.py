"""The lineage of a version: every step that it depends on, with the lineages of the versions that it names."""

from pathlib import Path

from shared.recognition.architectures import build_network
from shared.recognition.model_version import TrainingStep
from tests.unit.recognition.test_model_version import a_manifest
from training.publishing.folder import write_model_version
from training.publishing.lineage import describe_lineage, list_datasets


def step(name: str, **settings: str) -> TrainingStep:
    return TrainingStep(trained=name, settings=dict(settings), data={"mnist": "0"})


def test_a_lineage_holds_earlier_steps_and_the_lineage_of_the_teacher(tmp_path: Path) -> None:
    earlier = step("best, step 1")
    teacher = a_manifest().model_copy(update={"lineage": [earlier]})
    write_model_version(tmp_path, teacher, build_network("cnn"), b"")
    first = step("cnn, step 1", teacher=teacher.reference)
    steps = [first, step("cnn, step 2", teacher=teacher.reference, start_from=first.trained)]
    lineage = describe_lineage(steps, tmp_path)
    assert [known.trained for known in lineage] == ["best, step 1", teacher.reference, "cnn, step 1"]
    assert lineage[1].settings == teacher.recipe


def test_a_single_step_that_names_no_version_has_no_lineage(tmp_path: Path) -> None:
    assert describe_lineage([step("mnist, step 1", label_filter="start")], tmp_path) == []


def test_the_datasets_of_all_steps_of_a_lineage_are_known() -> None:
    assert list_datasets([step("a", dataset="emnist,pen_strokes"), step("b", dataset="mnist"), step("c")]) == {
        "emnist",
        "mnist",
        "pen_strokes",
    }
