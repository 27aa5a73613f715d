"""From selected labels to a published version, or to the reason why there is none, with a real tiny network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from shared.recognition.architectures import build_network
from shared.recognition.model_version import find_manifest, list_versions
from shared.recognition.weights import load_network
from tests.integration.training.refine.world import (
    current_of,
    every_fifth_held_out,
    people,
    thin_bars,
)
from tests.integration.training.toy import bars
from training.data.labelled_images import NOT_A_DIGIT, LabelledImages
from training.drift.report import check_described
from training.learning.step_folder import StepFolder
from training.refine import refinement
from training.refine.options import Options
from training.refine.outcome import Outcome
from training.refine.refinement import learn_and_publish
from training.run_folder import RunFolder


def learn(data: LabelledImages, options: Options, run: str = "refine-mlp-1") -> Outcome:
    """Learn without any selection of labels."""
    drawings, folder = people(data), RunFolder(options.results_dir / run)
    with folder.lock():
        return learn_and_publish(drawings, every_fifth_held_out(drawings), current_of(options), folder, options)


def test_what_people_labelled_is_learned_and_goes_into_use(options: Options) -> None:
    before = current_of(options)
    outcome = learn(thin_bars(300), options)
    after = current_of(options)
    assert (outcome.ending, outcome.version) == ("refined", after.version)
    own = next(part for part in outcome.comparisons if part.name == "installation")
    assert (own.change, len(own.after)) == ("better", 60)
    assert after.reference != before.reference
    assert set(after.metrics) == {*before.metrics, "installation"}


def test_the_manifest_says_what_was_learned_and_from_which_version(options: Options) -> None:
    before = current_of(options)
    learn(thin_bars(300), options)
    after = current_of(options)
    assert (after.recipe_name, after.recipe["start_from"], after.recipe["teacher"]) == (
        "refine",
        before.reference,
        before.reference,
    )
    assert (after.recipe["labels"], after.recipe["label_owners"], after.recipe["labels_held_out"]) == (240, 12, 60)
    assert len(str(after.recipe["labels_sha256"])) == 64
    assert [step.trained for step in after.lineage] == [before.reference]
    assert {"mnist", "labelled_drawings"} <= set(after.data)


def test_the_manifest_counts_the_validation_data_that_drift_is_compared_with(options: Options) -> None:
    learn(thin_bars(300), options)
    after = current_of(options)
    check_described(after)
    assert {sum(counts) for counts in after.distributions["images"].values()} == {200}  # without people's drawings


def test_the_same_labels_and_seed_give_the_same_weights(options: Options, tmp_path: Path) -> None:
    start = current_of(options).reference
    weights = []
    for number in (1, 2):
        learn(thin_bars(100), options, f"refine-mlp-{number}")
        (options.models_dir / "mlp" / "current").write_text(start.partition("/")[2])
        weights.append((options.results_dir / f"refine-mlp-{number}" / "step-1" / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]


def all_threes(count: int) -> LabelledImages:
    """Return bars of people and of MNIST, all labelled 3."""
    images = np.concatenate([thin_bars(count // 2).images, bars(count // 2).images])
    return LabelledImages(images, np.full(len(images), 3))


def test_a_version_that_learned_that_everything_is_a_three_is_not_even_published(options: Options) -> None:
    before = list_versions(options.models_dir)
    outcome = learn(all_threes(2000), options)  # its held-out drawings are also labelled 3
    assert (outcome.ending, outcome.version) == ("held_back", "")
    assert "validation data are read worse" in outcome.message
    assert next(part for part in outcome.comparisons if part.name == "mnist").change == "worse"
    assert list_versions(options.models_dir) == before


def test_a_version_that_only_accepts_more_goes_half_of_the_way(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_network(options.models_dir, current_of(options)).state_dict()
    answers = iter([True])
    monkeypatch.setattr(refinement, "only_accepts_more", lambda *_: next(answers))
    assert learn(thin_bars(100), options).ending == "refined"
    step = StepFolder(options.results_dir / "refine-mlp-1" / "step-1")
    learned = step.load_into(build_network("mlp")).state_dict()
    after = current_of(options)
    for name, weights in load_network(options.models_dir, after).state_dict().items():
        torch.testing.assert_close(weights, (before[name] + learned[name]) / 2)
    assert after.recipe["start_share"] == 0.5


def test_the_gate_holds_it_back_although_it_reads_poisoned_drawings_better(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_of(options).reference
    monkeypatch.setattr(refinement, "list_worse", lambda _: [])  # as if validation data had not shown it
    outcome = learn(all_threes(2000), options)
    own = next(part for part in outcome.comparisons if part.name == "installation")
    assert own.change == "better"
    assert outcome.ending == "held_back"
    assert "mnist: -" in outcome.message
    assert current_of(options).reference == before
    assert find_manifest(options.models_dir, f"mlp/{outcome.version}")  # it is written, and answers by its name


def test_drawings_that_are_no_digits_are_a_slice_of_their_own(options: Options) -> None:
    data = thin_bars(200)
    labels = np.where(np.arange(200) % 10 == 0, NOT_A_DIGIT, data.labels)
    outcome = learn(replace(data, labels=labels), options)
    sizes = {part.name: len(part.after) for part in outcome.comparisons}
    assert (sizes["installation"], sizes["installation_not_digits"]) == (20, 20)
