"""One whole night beside a running service: from labels in storage to answers of the version that learned from them."""

import signal
import sys

import pytest

from benchmarks.inference_service import running_inference
from shared.recognition.journal import read_journal
from tests.integration.inference.load import Load
from tests.integration.training.refine import small_refine
from tests.integration.training.refine.stored_bars import label_bars
from tests.integration.training.refine.world import current_of, thin_bars
from tests.integration.training.test_labelled_drawings import TOKEN
from training.data.slices import enlarge
from training.refine import nightly
from training.refine.options import Options

LABELS = 150
PAUSE_S = 0.2  # the callers ask the whole night, which learns on the same cores


def spend_night(options: Options, storage_url: str) -> int:
    """Run `python -m training.refine.nightly --once` and return its exit status."""
    given = [f"--{name}-dir={getattr(options, f'{name}_dir')}" for name in ("data", "models", "results")]
    return nightly.main([*given, "--once", "--model=mlp", f"--storage-url={storage_url}", f"--storage-token={TOKEN}"])


def test_the_version_of_the_night_answers_soon_and_no_request_is_lost(
    options: Options, storage_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = options.data_dir.parent
    monkeypatch.setattr(nightly, "REFINE", (sys.executable, "-m", small_refine.__name__, str(world)))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("STORAGE_TOKEN", "")  # the night sets it
    label_bars(storage_url, LABELS)
    before = current_of(options)
    service = {"DEFAULT_MODEL": "mlp", "MODELS_DIR": str(options.models_dir), "MAX_WAIT_S": "30"}
    settings = {f"INFERENCE_{name}": value for name, value in service.items()}
    with running_inference(**settings) as url, Load(url, enlarge(thin_bars(1).images[0]), PAUSE_S) as load:
        load.wait_for_only(before.version)
        assert spend_night(options, storage_url) == 0
        after = current_of(options)
        assert after.version != before.version
        load.wait_for_only(after.version)
    assert {status for status, _, _ in load.answers} == {200}
    versions = {(version, probabilities) for _, version, probabilities in load.answers}  # none is of half a version
    assert sorted(version for version, _ in versions) == sorted([before.version, after.version])
    assert after.recipe["start_from"] == before.reference
    assert 0 < int(after.recipe["labels"]) + int(after.recipe["labels_held_out"]) <= LABELS
    *_, promoted, refined = read_journal(options.models_dir, "mlp")
    assert (promoted.event, promoted.who, promoted.version) == ("promoted", "the gate", after.version)
    assert (refined.event, refined.who, refined.version) == ("refined", "make refine", after.version)
