"""Tests of what the probe reads from the networks, and of the weights of owners."""

import numpy as np
import pytest

from shared.recognition.model_version import find_manifest
from tests.unit.training.refine.conftest import MODELS
from tests.unit.training.refine.people import draw_digits, make_drawings
from training.evaluation.measures import compute_logits
from training.refine.judge import load_judge
from training.refine.probe import Judge, estimate_probabilities, read_hidden_layer
from training.refine.trust import weigh_labels


@pytest.mark.parametrize("model", ["best", "cnn", "lenet5", "mlp", "vit"])
def test_every_network_has_a_last_hidden_layer(model):
    judge = load_judge(MODELS, find_manifest(MODELS, model))
    images = draw_digits(20).images
    hidden, logits = read_hidden_layer(judge, images)
    assert (logits == compute_logits(judge.network, judge.normalisation, images)).all()
    assert hidden.shape[0] == 20
    assert hidden.shape[1] > 10
    assert 0.1 < np.linalg.norm(hidden, axis=1).mean() < 2


def test_few_labels_do_not_change_sure_answers_of_the_network(judge: Judge):
    drawn = draw_digits(12)
    probabilities = estimate_probabilities(make_drawings(drawn.images, drawn.labels, [""] * 12), judge)
    _, logits = read_hidden_layer(judge, drawn.images)
    sure = judge.calibration.probabilities(logits).max(1) > 0.95
    assert sure.sum() >= 6
    assert (probabilities[sure, :10].argmax(1) == logits[sure].argmax(1)).all()
    assert probabilities.sum(1) == pytest.approx(np.ones(12))


def test_a_drawing_is_judged_without_its_own_label(judge: Judge):
    """The label of one drawing is changed: its own probabilities stay as they are."""
    drawn = draw_digits(300)
    owners = [f"owner {number % 30}" for number in range(300)]
    changed = drawn.labels.copy()
    changed[7] = (changed[7] + 1) % 10
    one, other = (
        estimate_probabilities(make_drawings(drawn.images, labels, owners), judge) for labels in (drawn.labels, changed)
    )
    assert np.abs(one[7] - other[7]).max() < 0.02  # the weight of its owner changes a little
    assert (one[[8, 9]] != other[[8, 9]]).any()  # others are judged with it


def test_an_owner_who_mostly_differs_has_no_weight():
    owners = np.array(["good"] * 50 + ["bad"] * 50)
    agrees = np.concatenate([np.arange(50) < 48, np.arange(50) < 20])
    weights = weigh_labels(agrees, owners)
    assert weights[:50] == pytest.approx(1)
    assert (weights[50:] == 0).all()


def test_a_crowd_of_drawings_weighs_no_more_than_some_hundreds():
    owners = np.array(["busy"] * 2000 + [""] * 2000)
    weights = weigh_labels(np.ones(4000, bool), owners)
    assert weights[:2000].sum() == pytest.approx(500, rel=0.01)
    assert weights[2000:].sum() == pytest.approx(2000, rel=0.01)
