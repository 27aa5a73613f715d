"""QMNIST: MNIST rebuilt from NIST's forms, with the writer of every digit. Yadav and Bottou 2019, BSD 3-Clause.

`python -m training.data.qmnist` downloads it through torchvision. Its training file holds MNIST's 60,000 training
digits. Its 60,000 test digits begin with MNIST's 10,000 test digits. So never mix QMNIST with MNIST: train on one of
them, and measure on the test digits of the same one.
"""

import sys
from functools import partial
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torchvision.datasets import QMNIST

from training.data.download import read_dataset, run_download_command
from training.data.labelled_images import LabelledImages, Split
from training.data.splits import split_by_name
from training.errors import DataUnavailableError
from training.options import DATA_DIR

VALIDATION_SHARE = 1 / 12  # share of the training file's writers: about 5,000 digits, as in MNIST's validation split
DIGIT, SERIES, WRITER = 0, 1, 2  # columns of the extended labels


def load_qmnist(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """Return about 55,000 digits to train on, 5,000 to validate or 60,000 to test. No writer is in two splits.

    DataUnavailableError if the files are missing or damaged.
    """
    read = partial(QMNIST, data_dir, what="test" if split == "test" else "train", compat=False)
    dataset = read_dataset("QMNIST", read, raw_dir(data_dir))
    labels = dataset.targets.numpy()  # (N, 8)
    chosen = np.ones(len(labels), bool) if split == "test" else _split_by_writer(labels) == split  # (N,)
    return LabelledImages(dataset.data.numpy()[chosen], labels[chosen, DIGIT].astype(np.int64))


def _split_by_writer(labels: NDArray[np.int64]) -> NDArray[np.str_]:
    """(N, 8) extended labels → (N,) names of splits. All digits of one writer are in the same split."""
    writers, places = np.unique(labels[:, [SERIES, WRITER]], axis=0, return_inverse=True)
    splits = [
        split_by_name(f"hsf_{series}/{writer}", test=0, validation=VALIDATION_SHARE) for series, writer in writers
    ]
    return np.array(splits)[places]


def raw_dir(data_dir: Path) -> Path:
    """Return the folder in which torchvision expects the archives and unpacks them."""
    return data_dir / "QMNIST" / "raw"


def download_qmnist(data_dir: Path = DATA_DIR) -> None:
    """Download missing archives, check their checksums and unpack them. DataUnavailableError if that fails."""
    try:
        for part in ("train", "test"):
            QMNIST(data_dir, what=part, download=True)
    except (RuntimeError, OSError, HTTPException) as error:
        names = [url.rpartition("/")[2] for part in ("train", "test") for url, _ in QMNIST.resources[part]]
        raise DataUnavailableError(
            f"QMNIST could not be downloaded ({error}): "
            f"put {', '.join(names)} into {raw_dir(data_dir)} and run this command again."
        ) from error


def main() -> int:
    """Run the command `python -m training.data.qmnist`. Returns the exit status."""
    return run_download_command(
        "Download QMNIST and check its checksums.",
        download_qmnist,
        lambda data_dir: f"QMNIST is in {raw_dir(data_dir)}",
    )


if __name__ == "__main__":
    sys.exit(main())
