"""Loads the drawings that people labelled as a dataset of a recipe: reads them from storage and splits them.

`owner_splits.py` says how they are split. Labels that are suspected to be wrong are left out until a curator has
confirmed them. Drawings that are not digits are only trained on, because validation and test measure how digits are
read. A refinement (`training/refine/`) holds out the drawings that are validated or tested with here.
"""

import logging

import numpy as np

from training.data.labelled_images import NOT_A_DIGIT, LabelledImages, Split
from training.data.owner_splits import split_drawings
from training.data.people_drawings import fetch_drawings

log = logging.getLogger(__name__)


def load_labelled_drawings(split: Split, storage_url: str, token: str) -> LabelledImages:
    """Return the readable drawings of that split, oldest label first. There may be none.

    DataUnavailableError if storage cannot be reached, refuses the token, or stops before the end.
    """
    drawings = fetch_drawings(storage_url, token)
    chosen = (split_drawings(drawings) == split) & ~drawings.suspected
    if split != "train":
        chosen &= drawings.labels != NOT_A_DIGIT
    log.info("labelled drawings for %s: %d of %d", split, chosen.sum(), len(drawings))
    return drawings.select(np.flatnonzero(chosen))
