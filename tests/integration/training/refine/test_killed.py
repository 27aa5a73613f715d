"""A refinement that is killed, again and again, ends as one that was not, and keeps no copy of people's drawings."""

import shutil
from pathlib import Path

import pytest

from shared.recognition.journal import read_journal
from shared.recognition.model_version import WEIGHTS, list_versions
from tests.integration.training.refine.killed import refine
from tests.integration.training.refine.world import current_of
from training.promotion.check import check_version
from training.refine.fetch import FROZEN
from training.refine.options import Options

KILLED = -9
MOMENTS = [  # before this change of a file
    r"rename .*/refinement.json",
    r"rename .*/last.ckpt",
    r"open models/mlp/.writing-.*/manifest.json",
    r"rename models/mlp/[0-9.-]+$",
    r"rename models/mlp/current",
    r"rename .*/finished",
    r"remove .*/labelled_drawings.npz",
]
AFTER_WRITING = MOMENTS[4:]


def copy_world(world: Options, folder: Path) -> Options:
    shutil.copytree(world.models_dir, folder / "models")
    folders = {f"{name}_dir": folder / name for name in ("data", "models", "results")}
    return world.model_copy(update=folders)


def describe(options: Options) -> dict[str, object]:
    """What a person can see after the run."""
    current = current_of(options)
    return {
        "current": current.reference,
        "weights": (options.models_dir / current.reference / WEIGHTS).read_bytes(),
        "versions": list_versions(options.models_dir),
        "journal": [(entry.event, entry.version, entry.why) for entry in read_journal(options.models_dir, "mlp")],
        "ended": [path.read_text() for path in options.results_dir.glob("*/finished")],
    }


def list_copies(options: Options) -> list[Path]:
    """Return the files with people's drawings, whole or half."""
    return list(options.results_dir.rglob(f"{Path(FROZEN).stem}.*"))


@pytest.mark.faults
@pytest.mark.parametrize(("moments", "half_way"), [(MOMENTS, False), (AFTER_WRITING, True)])
def test_a_refinement_that_is_killed_again_and_again_ends_as_one_that_was_not(
    world: Options, tmp_path: Path, moments: list[str], half_way: bool
) -> None:
    undisturbed, killed = (copy_world(world, tmp_path / name) for name in ("undisturbed", "killed"))
    assert refine(undisturbed, half_way=half_way) == 0
    assert current_of(undisturbed) != current_of(world)
    for moment in moments:
        assert refine(killed, moment, half_way=half_way) == KILLED, moment
        check_version(killed.models_dir, "mlp", current_of(killed).version)
    assert describe(killed) == describe(undisturbed)
    assert refine(killed, half_way=half_way) == 0  # it removes what the last one left, and has nothing to learn
    assert list_copies(killed) == list_copies(undisturbed) == []
    assert read_journal(killed.models_dir, "mlp")[-1].event == "nothing_to_learn"
