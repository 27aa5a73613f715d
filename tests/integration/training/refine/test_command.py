"""`python -m training.refine` with the real storage service: from labels that people gave to a version in use."""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shared.recognition.journal import read_journal
from shared.recognition.model_version import MANIFEST, set_current
from tests.integration.training.refine.stored_bars import import_bars, label_bars
from tests.integration.training.refine.world import current_of
from tests.integration.training.test_labelled_drawings import TOKEN
from training.refine import __main__ as command
from training.refine import refinement
from training.refine.__main__ import main
from training.refine.fetch import FROZEN
from training.refine.options import Options
from training.refine.selection import Selection
from training.refine.settings import choose_settings

Refine = Callable[..., int]


@pytest.fixture
def refine(options: Options, storage_url: str) -> Refine:
    """Return the command for the test's own folders."""
    given = [f"--{name}-dir={getattr(options, f'{name}_dir')}" for name in ("data", "models", "results")]
    storage = [f"--storage-url={storage_url}", f"--storage-token={TOKEN}"]
    return lambda *arguments: main([*given, *storage, "--model=mlp", *arguments])


def test_with_few_labels_it_says_so_and_ends_well(
    refine: Refine, options: Options, storage_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refine() == 0
    assert "There are no labels yet" in capsys.readouterr().out
    label_bars(storage_url, 37)
    before = current_of(options).reference
    assert refine() == 0
    assert "37 new labels, nothing to gain yet" in capsys.readouterr().out
    assert current_of(options).reference == before
    assert [entry.event for entry in read_journal(options.models_dir, "mlp")][-2:] == ["nothing_to_learn"] * 2


def test_labels_end_in_a_version_in_use_and_are_not_new_any_more(
    refine: Refine, options: Options, storage_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    label_bars(storage_url, 150)
    before = current_of(options).reference
    assert refine() == 0
    printed = capsys.readouterr().out
    after = current_of(options).reference
    assert after != before
    assert f"{after} is in use now." in printed
    assert "95 % interval" in printed
    assert "labels to learn from" in printed
    run = options.results_dir / "refine-mlp-1"
    assert not (run / FROZEN).exists()  # people may delete their drawings; no copy outlives the run
    assert [entry.event for entry in read_journal(options.models_dir, "mlp")][-1] == "refined"

    assert refine() == 0
    assert "0 new labels, nothing to gain yet" in capsys.readouterr().out
    assert current_of(options).reference == after

    import_bars(storage_url, 37, first=200)
    assert refine() == 0
    assert "37 new labels, nothing to gain yet" in capsys.readouterr().out


def test_a_run_that_was_stopped_continues_with_the_same_labels(
    refine: Refine, options: Options, storage_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    label_bars(storage_url, 100)
    with monkeypatch.context() as patched:
        patched.setattr(refinement, "publish", stop)
        assert refine() == 1
    assert "The same command continues" in capsys.readouterr().err
    weights = options.results_dir / "refine-mlp-1" / "step-1" / "weights.safetensors"
    trained_at = weights.stat().st_mtime_ns
    label_bars(storage_url, 60, first=100)
    assert refine() == 0
    assert weights.stat().st_mtime_ns == trained_at
    manifest = current_of(options)
    assert int(manifest.recipe["labels"]) + int(manifest.recipe["labels_held_out"]) <= 100


def test_a_run_that_is_given_up_keeps_no_drawings_and_its_labels_stay_new(
    refine: Refine, options: Options, storage_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def begin_and_stop(*arguments: Any) -> None:
        _, _, _, run, _ = arguments
        run.step(1).begin(choose_settings(current_of(options), ("mnist",), 1), {})
        raise KeyboardInterrupt

    label_bars(storage_url, 100)
    monkeypatch.setattr(command, "learn_and_publish", begin_and_stop)
    start = current_of(options)
    assert refine() == 1
    assert (options.results_dir / "refine-mlp-1" / FROZEN).exists()
    shutil.copytree(options.models_dir / start.reference, options.models_dir / "mlp" / "other")
    manifest = options.models_dir / "mlp" / "other" / MANIFEST
    manifest.write_text(start.model_copy(update={"version": "other"}).model_dump_json())
    set_current(options.models_dir, "mlp", "other")
    assert refine() == 1  # it gives up the first run, begins a second one, and is stopped again
    assert not (options.results_dir / "refine-mlp-1" / FROZEN).exists()
    set_current(options.models_dir, "mlp", start.version)
    assert refine() == 1
    assert "nothing to gain yet" not in capsys.readouterr().out
    assert [path.parent.name for path in options.results_dir.glob(f"*/{FROZEN}")] == ["refine-mlp-3"]


def test_with_no_label_that_is_trusted_there_is_nothing_to_learn(
    refine: Refine, storage_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    label_bars(storage_url, 50)
    everything = np.arange(50)
    monkeypatch.setattr(command, "select", lambda *_: Selection(everything[:0], everything, (), {}))
    assert refine() == 0
    assert "No label is left to learn from: 0 labels to learn from, 50 to measure with." in capsys.readouterr().out
