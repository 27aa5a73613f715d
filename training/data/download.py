"""What the modules of MNIST, QMNIST and EMNIST share: reading files through torchvision, and the download command.

Both turn missing or damaged files into a sentence that says what to do.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from training.errors import DataUnavailableError
from training.options import DATA_DIR

Dataset = TypeVar("Dataset")


def read_dataset(name: str, read: Callable[[], Dataset], raw_dir: Path) -> Dataset:
    """Return what `read` reads from `raw_dir`. DataUnavailableError if the files are missing or damaged."""
    command = f"run `python -m training.data.{name.lower()}`"
    try:
        return read()
    except RuntimeError as error:
        raise DataUnavailableError(f"{name} is not in {raw_dir}: {command}.") from error
    except (AssertionError, ValueError, OSError) as error:  # torchvision checks file headers with `assert`
        raise DataUnavailableError(f"{name} is damaged in {raw_dir}: delete that folder and {command}.") from error


def run_download_command(
    description: str, download: Callable[[Path], None], describe_result: Callable[[Path], str]
) -> int:
    """Run a command line whose only option is the data folder. Returns the exit status.

    `download` writes into the data folder; `describe_result` returns the sentence that is printed after success.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR, help="folder for datasets (default: %(default)s)")
    data_dir = parser.parse_args().data_dir
    try:
        download(data_dir)
    except (DataUnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(describe_result(data_dir))
    return 0
