"""How often an epoch has each label."""

import numpy as np
import pytest
import torch

from training.data.labelled_images import LabelledImages
from training.data.sources import Mixture, Part, as_image_source
from training.recipes.recipe import Settings
from training.refine.lesson import MOST_SEEN, SHARE, add_labels, choose_times

SETTINGS = Settings(epochs=4, epoch_batches=400, batch=128)
DRAWN = 4 * 400 * 128


def images(count: int) -> LabelledImages:
    return LabelledImages(np.zeros((count, 28, 28), np.uint8), np.arange(count) % 10)


@pytest.mark.parametrize("labels", [3000, 5000, 10_000])
def test_labels_are_their_share_of_what_is_drawn(labels: int) -> None:
    replay = 70_000
    own = labels * choose_times(replay, labels, SETTINGS)
    assert own / (own + replay) == pytest.approx(SHARE, abs=0.06)


@pytest.mark.parametrize("labels", [20, 40, 100])
def test_a_few_labels_are_not_seen_more_often_than_they_should_be(labels: int) -> None:
    replay = 70_000
    own = labels * choose_times(replay, labels, SETTINGS)
    seen = DRAWN * own / (own + replay) / labels
    assert seen == pytest.approx(MOST_SEEN, rel=0.1)


def test_a_label_comes_at_least_once_in_an_epoch() -> None:
    assert choose_times(1000, 50_000, SETTINGS) == 1


def test_the_teacher_counts_for_the_replay_only() -> None:
    replay = Mixture([Part("mnist", as_image_source(images(100)))])
    mixture = add_labels(replay, images(10), SETTINGS)
    times = len(mixture) // 10 - 10
    taught = mixture.taught(torch.arange(len(mixture)))
    assert taught.tolist() == [True] * 100 + [False] * 10 * times
