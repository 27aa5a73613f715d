"""Which labels are new since the version in use learned, and what its manifest says of those it learned."""

from datetime import UTC, datetime

import numpy as np

from shared.recognition.calibration import Calibration
from shared.recognition.model_version import Manifest, TrainingStep
from shared.recognition.normalisation import Normalisation
from training.data.labelled_images import NOT_A_DIGIT
from training.data.people_drawings import PeopleDrawings
from training.refine.learned import count_new, describe_learned, learned_until
from training.refine.selection import Selection


def drawings(count: int) -> PeopleDrawings:
    names = np.array([str(number) for number in range(count)])
    return PeopleDrawings(
        ids=names,
        owners=np.array([f"owner {number % 2}" for number in range(count)]),
        labelled_by=names,
        labels=np.where(np.arange(count) % 5 == 0, NOT_A_DIGIT, 3),
        times=1.75e9 + np.arange(count, dtype=np.float64) + 0.123456,
        suspected=np.zeros(count, bool),
        reviewed=np.zeros(count, bool),
        images=np.zeros((count, 28, 28), np.uint8),
    )


def selection(count: int) -> Selection:
    rows = np.arange(count)
    return Selection(rows[:-2], rows[-2:], (), {})


def manifest(recipe: dict, lineage: list[TrainingStep] | None = None) -> Manifest:
    return Manifest(
        name="cnn",
        version="2",
        created_at=datetime.now(UTC),
        architecture="cnn",
        parameters=1,
        normalisation=Normalisation(),
        calibration=Calibration(),
        data={},
        recipe=recipe,
        lineage=lineage or [],
        metrics={},
        libraries={},
    )


def test_labels_that_were_learned_are_not_new() -> None:
    learned = describe_learned(drawings(10), selection(10))
    until = learned_until(manifest(dict(learned)))
    assert count_new(drawings(10), selection(10), until) == 0
    assert count_new(drawings(13), selection(13), until) == 3


def test_what_a_version_learned_stays_learned_in_those_that_start_from_it() -> None:
    learned = describe_learned(drawings(10), selection(10))
    step = TrainingStep(trained="cnn/1", settings=dict(learned), data={})
    other = TrainingStep(trained="best/1", settings={"labels_until": "2099-01-01T00:00:00+00:00"}, data={})
    assert learned_until(manifest({}, [step, other])) == learned_until(manifest(dict(learned)))
    assert learned_until(manifest({})) == 0


def test_the_manifest_counts_labels_and_owners() -> None:
    learned = describe_learned(drawings(10), selection(10))
    assert (learned["labels"], learned["labels_not_digits"], learned["label_owners"]) == (8, 2, 2)
    assert (learned["labels_held_out"], learned["labels_suspected"]) == (2, 0)


def test_another_label_gives_another_hash() -> None:
    first, second = drawings(10), drawings(10)
    second.labels[0] = 7
    hashes = {describe_learned(part, selection(10))["labels_sha256"] for part in (first, second)}
    assert len(hashes) == 2
