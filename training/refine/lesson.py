"""Puts together what an epoch learns from: the labels of people, and replay of what the version in use learned.

The labels come so often that they are a given share of an epoch, but none comes more often than MOST_TIMES. The
version in use is the teacher of the replay only: what people labelled is learned by its label.
"""

from math import ceil

from training.data.labelled_images import LabelledImages
from training.data.parts import augmented
from training.data.sources import Mixture, Part, as_image_source
from training.recipes.recipe import Settings
from training.refine.settings import LABELS

SHARE = 0.3  # of an epoch: images that people labelled
MOST_SEEN = 600  # times in the whole training


def add_labels(replay: Mixture, labels: LabelledImages, settings: Settings) -> Mixture:
    """Return the replay together with the labelled images."""
    times = choose_times(len(replay), len(labels), settings)
    source = augmented(as_image_source(labels), settings)
    return Mixture([*replay.parts, Part(LABELS, source, times, taught=False)])


def choose_times(replay: int, labels: int, settings: Settings) -> int:
    """Return how often an epoch of the whole mixture has each label, at least once.

    An epoch of the training is cut off after `epoch_batches`, so that only a part of the mixture is drawn.
    """
    drawn = settings.epochs * (settings.epoch_batches or ceil(replay / settings.batch)) * settings.batch
    share = min(SHARE, MOST_SEEN * labels / drawn)
    return max(1, round(share / (1 - share) * replay / labels))
