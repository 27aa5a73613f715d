"""QMNIST: MNIST made again from NIST's forms, with the writer of every digit and 60,000 test digits instead of 10,000.

`python -m training.data.qmnist` fetches, through torchvision. Yadav and Bottou 2019, BSD 3-Clause.
Never mix it with MNIST: its training file is MNIST's 60,000 training digits and its test file starts with MNIST's
10,000 test digits, made anew. Train on one of the two, and test on that one's test part.
"""

import sys
from functools import partial
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torchvision.datasets import QMNIST

from training.data.download import open_dataset, run_fetch
from training.data.labelled_images import LabelledImages, Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError
from training.options import DATA_DIR

VALIDATION_SHARE = 1 / 12  # of the training file's writers: about 5,000 digits, as many as MNIST's validation part
DIGIT, SERIES, WRITER = 0, 1, 2  # columns of the extended labels


def load_qmnist(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """About 55,000 to train on and 5,000 to validate, by other writers, and 60,000 to test, by others again.

    DataUnavailableError where `python -m training.data.qmnist` has not run.
    """
    read = partial(QMNIST, data_dir, what="test" if split == "test" else "train", compat=False)
    dataset = open_dataset("QMNIST", read, raw_dir(data_dir))
    labels = dataset.targets.numpy()  # (N, 8)
    chosen = np.ones(len(labels), bool) if split == "test" else _splits_of_writers(labels) == split
    return LabelledImages(dataset.data.numpy()[chosen], labels[chosen, DIGIT].astype(np.int64))


def _splits_of_writers(labels: NDArray[np.int64]) -> NDArray[np.str_]:
    """(N, 8) extended labels → (N,) names of parts, the same for all that one writer wrote."""
    writers, places = np.unique(labels[:, [SERIES, WRITER]], axis=0, return_inverse=True)
    parts = [split_by_name(f"hsf_{series}/{writer}", test=0, validation=VALIDATION_SHARE) for series, writer in writers]
    return np.array(parts)[places]


def raw_dir(data_dir: Path) -> Path:
    """Where torchvision looks for the archives and unpacks them."""
    return data_dir / "QMNIST" / "raw"


def fetch_qmnist(data_dir: Path = DATA_DIR) -> None:
    """Downloads what is missing, checks its sums and unpacks it. DataUnavailableError where that fails."""
    try:
        for part in ("train", "test"):
            QMNIST(data_dir, what=part, download=True)
    except (RuntimeError, OSError, HTTPException) as error:
        names = [url.rpartition("/")[2] for part in ("train", "test") for url, _ in QMNIST.resources[part]]
        raise DataUnavailableError(
            f"QMNIST could not be downloaded ({error}): "
            f"put {', '.join(names)} into {raw_dir(data_dir)} and run this again."
        ) from error


def main() -> int:
    """`python -m training.data.qmnist`."""
    return run_fetch(
        "Fetch QMNIST and check its sums.", fetch_qmnist, lambda data_dir: f"QMNIST is in {raw_dir(data_dir)}"
    )


if __name__ == "__main__":
    sys.exit(main())
