"""EMNIST's digits: 280,000 digits from the same NIST forms as MNIST's 70,000. Cohen et al. 2017.

`python -m training.data.emnist` downloads them through torchvision. The writers are not known, and both files contain
digits by people who wrote MNIST's test digits. A model trained on EMNIST must therefore not be measured on the test
digits of MNIST or QMNIST.
"""

import sys
from functools import partial
from http.client import HTTPException
from pathlib import Path

import numpy as np
from torchvision.datasets import EMNIST

from training.data.download import read_dataset, run_download_command
from training.data.labelled_images import LabelledImages, Split
from training.errors import DataUnavailableError
from training.options import DATA_DIR

VALIDATION_DIVISOR = 12  # the last twelfth of the training file, 20,000 of 240,000 digits


def load_emnist_digits(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """Return 220,000 digits to train on, 20,000 to validate or 40,000 to test.

    DataUnavailableError if the files are missing or damaged.
    """
    read = partial(EMNIST, data_dir, split="digits", train=split != "test")
    dataset = read_dataset("EMNIST", read, raw_dir(data_dir))
    images = np.ascontiguousarray(dataset.data.numpy().transpose(0, 2, 1))  # the files store images transposed
    labels = dataset.targets.numpy().astype(np.int64)
    cut = len(labels) - len(labels) // VALIDATION_DIVISOR
    rows = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[split]
    return LabelledImages(images[rows], labels[rows])


def raw_dir(data_dir: Path) -> Path:
    """Return the folder in which torchvision expects the archive and unpacks it."""
    return data_dir / "EMNIST" / "raw"


def download_emnist(data_dir: Path = DATA_DIR) -> None:
    """Download the archive if it is missing, check its checksum and unpack it. DataUnavailableError if that fails."""
    try:
        for train in (True, False):
            EMNIST(data_dir, split="digits", train=train, download=True)
    except (RuntimeError, OSError, HTTPException) as error:
        raise DataUnavailableError(
            f"EMNIST could not be downloaded ({error}): "
            f"put {EMNIST.url.rpartition('/')[2]} into {raw_dir(data_dir)} and run this command again."
        ) from error


def main() -> int:
    """Run the command `python -m training.data.emnist`. Returns the exit status."""
    return run_download_command(
        "Download EMNIST and check its checksum.", download_emnist, lambda data_dir: f"EMNIST is in {raw_dir(data_dir)}"
    )


if __name__ == "__main__":
    sys.exit(main())
