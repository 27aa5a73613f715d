"""What the datasets share: the command line that fetches, and the sentence that says why there are no files."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from training.errors import DataUnavailableError
from training.options import DATA_DIR

Dataset = TypeVar("Dataset")


def open_dataset(name: str, read: Callable[[], Dataset], raw_dir: Path) -> Dataset:
    """What torchvision reads from `raw_dir`. DataUnavailableError where nothing is there, or it is damaged."""
    command = f"run `python -m training.data.{name.lower()}`"
    try:
        return read()
    except RuntimeError as error:
        raise DataUnavailableError(f"{name} is not in {raw_dir}: {command}.") from error
    except (AssertionError, ValueError, OSError) as error:  # torchvision asserts what it reads
        raise DataUnavailableError(f"{name} is damaged in {raw_dir}: remove it and {command}.") from error


def run_fetch(description: str, fetch: Callable[[Path], None], describe: Callable[[Path], str]) -> int:
    """The exit status. `fetch` gets the data folder; `describe` says what is in it then."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data-dir", type=Path, default=DATA_DIR)
    data_dir = parser.parse_args().data_dir
    try:
        fetch(data_dir)
    except (DataUnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(describe(data_dir))
    return 0
