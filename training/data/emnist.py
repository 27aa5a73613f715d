"""EMNIST's digits: 280,000 of them from the same NIST forms as MNIST, four times as many.

`python -m training.data.emnist` fetches, through torchvision. Cohen et al. 2017, from NIST Special Database 19.
No writers are given, and both parts hold writers of MNIST's test digits: what a model trained on EMNIST scores on
MNIST's or QMNIST's test part is not clean.
"""

import sys
from functools import partial
from http.client import HTTPException
from pathlib import Path

import numpy as np
from torchvision.datasets import EMNIST

from training.data.download import open_dataset, run_fetch
from training.data.labelled_images import LabelledImages, Split
from training.errors import DataUnavailableError
from training.options import DATA_DIR

VALIDATION_PART = 12  # the last twelfth of the training file, 20,000 of 240,000; writers are not known


def load_emnist_digits(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """220,000 to train on, 20,000 to validate, 40,000 to test.

    DataUnavailableError where `python -m training.data.emnist` has not run.
    """
    read = partial(EMNIST, data_dir, split="digits", train=split != "test")
    dataset = open_dataset("EMNIST", read, raw_dir(data_dir))
    upright = np.ascontiguousarray(dataset.data.numpy().transpose(0, 2, 1))  # the files hold columns as rows
    labels = dataset.targets.numpy().astype(np.int64)
    cut = len(labels) - len(labels) // VALIDATION_PART
    part = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[split]
    return LabelledImages(upright[part], labels[part])


def raw_dir(data_dir: Path) -> Path:
    """Where torchvision looks for the archive and unpacks it."""
    return data_dir / "EMNIST" / "raw"


def fetch_emnist(data_dir: Path = DATA_DIR) -> None:
    """Downloads what is missing, checks its sum and unpacks it. DataUnavailableError where that fails."""
    try:
        for train in (True, False):
            EMNIST(data_dir, split="digits", train=train, download=True)
    except (RuntimeError, OSError, HTTPException) as error:
        raise DataUnavailableError(
            f"EMNIST could not be downloaded ({error}): "
            f"put {EMNIST.url.rpartition('/')[2]} into {raw_dir(data_dir)} and run this again."
        ) from error


def main() -> int:
    """`python -m training.data.emnist`."""
    return run_fetch(
        "Fetch EMNIST and check its sum.", fetch_emnist, lambda data_dir: f"EMNIST is in {raw_dir(data_dir)}"
    )


if __name__ == "__main__":
    sys.exit(main())
