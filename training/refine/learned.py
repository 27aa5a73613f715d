"""What a version has learned from labels: written into its manifest, and read to count which labels are new since.

A label is new if it was given, imported or confirmed after the newest label that the version in use was refined with.
"""

import hashlib
from datetime import UTC, datetime

import numpy as np

from shared.recognition.model_version import Manifest
from training.data.labelled_images import NOT_A_DIGIT
from training.data.people_drawings import PeopleDrawings
from training.refine.selection import Selection

UNTIL = "labels_until"
INSTANT_S = 1e-3  # shorter than the time between two labels, longer than what the text of a time loses

Learned = dict[str, str | int | float | bool]


def describe_learned(drawings: PeopleDrawings, selection: Selection) -> Learned:
    """Return the fields for the manifest's recipe."""
    used = np.concatenate([selection.train, selection.held_out])
    return {
        "labels": len(selection.train),
        "labels_not_digits": int((drawings.labels[selection.train] == NOT_A_DIGIT).sum()),
        "label_owners": len(set(drawings.owners[selection.train].tolist())),
        "labels_held_out": len(selection.held_out),
        "labels_suspected": len(selection.suspected),
        UNTIL: format_time(float(drawings.times.max())),
        "labels_sha256": hash_labels(drawings, used),
    }


def read_learned(manifest: Manifest) -> Learned:
    """Return the fields that `describe_learned` gave to the manifest's recipe."""
    names = [name for name in manifest.recipe if name.startswith("labels") or name == "label_owners"]
    return {name: manifest.recipe[name] for name in names}


def hash_labels(drawings: PeopleDrawings, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    """Return the hash of the ids, the labels and the images that a refinement used."""
    sha = hashlib.sha256("\n".join(drawings.ids[rows].tolist()).encode())
    sha.update(np.ascontiguousarray(drawings.labels[rows]).tobytes())
    sha.update(np.ascontiguousarray(drawings.images[rows]).tobytes())
    return sha.hexdigest()


def learned_until(current: Manifest) -> float:
    """Return the time of the newest label that the version, or one that it started from, was refined with; or 0."""
    own = [step.settings for step in current.lineage if step.trained.partition("/")[0] == current.name]
    return max(
        (parse_time(str(settings[UNTIL])) for settings in [*own, current.recipe] if UNTIL in settings), default=0
    )


def count_new(drawings: PeopleDrawings, selection: Selection, until: float) -> int:
    """Return how many of the usable labels are newer than that time."""
    used = np.concatenate([selection.train, selection.held_out])
    return int((drawings.times[used] > until + INSTANT_S).sum())


def format_time(seconds: float) -> str:
    """Seconds since 1970 → ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def parse_time(text: str) -> float:
    """ISO 8601 → seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
