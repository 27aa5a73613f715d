"""The constants that turn the maps of the reader network into marks; a part of the manifest of each of its versions.

Training fits them when it publishes a version.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReaderCalibration:
    """Thresholds are those of the score of a mark, 0 to 1: with a lower score, nothing stands there."""

    digit_threshold: float = 0.5
    separator_threshold: float = 0.5
    temperature: float = 1.0  # the logits of the ten digits are divided by it
