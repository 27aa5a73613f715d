"""The copy of people's drawings in a run's folder, which lives as long as the run, and at most a week."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from tests.unit.training.refine.people import make_drawings
from training.data import people_drawings
from training.refine.fetch import FROZEN, forget_drawings, forget_old, freeze_drawings, load_frozen
from training.run_folder import RunFolder

DAY_S = 24 * 3600
DRAWINGS = make_drawings(np.zeros((2, 28, 28), np.uint8), np.arange(2), ["", ""])


def a_run(results: Path, name: str, age_s: float = 0, file: str = FROZEN) -> RunFolder:
    run = RunFolder(results / name)
    run.folder.mkdir()
    (run.folder / file).write_bytes(b"drawings")
    os.utime(run.folder / file, (time.time() - age_s,) * 2)
    return run


def test_only_the_copies_of_runs_that_may_be_continued_are_kept(tmp_path: Path) -> None:
    a_run(tmp_path, "young", DAY_S)
    a_run(tmp_path, "old", 8 * DAY_S)
    a_run(tmp_path, "ended").finish("cnn/2 is in use now.")
    a_run(tmp_path, "half of an old one", 8 * DAY_S, "labelled_drawings.writing")
    forget_old(tmp_path)
    assert [path.parent.name for path in tmp_path.rglob("labelled_drawings.*")] == ["young"]


def test_a_folder_without_runs_is_no_error(tmp_path: Path) -> None:
    forget_old(tmp_path / "nothing")
    forget_drawings(RunFolder(tmp_path / "nothing"))


def test_a_full_disk_leaves_no_half_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_half(file: object, **_: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(people_drawings.np, "savez_compressed", write_half)
    with pytest.raises(OSError, match="No space left"):
        freeze_drawings(RunFolder(tmp_path), DRAWINGS)
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    freeze_drawings(RunFolder(tmp_path), DRAWINGS)
    assert load_frozen(RunFolder(tmp_path)).ids.tolist() == DRAWINGS.ids.tolist()
