"""The command line that the datasets share: fetch into a folder, and say where the files are or why there are none."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from training.datasets.labelled_images import DataUnavailableError

DATA_DIR = Path(".data")


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
