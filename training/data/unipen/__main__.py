"""The command `python -m training.data.unipen FOLDER [--letters] [--output FILE]`.

FOLDER is `train_r01_v07` of the public UNIPEN distribution, which contains `data` and `include`. The command writes a
file of pen strokes, of digits or (with --letters) of letters, and prints how many characters it used and skipped.
docs/training.md says where to get the distribution.
"""

import argparse
import sys
from pathlib import Path

from training.data.unipen.convert import LETTERS, convert
from training.errors import DataUnavailableError
from training.options import DATA_DIR


def main() -> int:
    """Parse the command line and convert the folder. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Make a file of pen strokes from the UNIPEN distribution.")
    parser.add_argument("folder", type=Path, help="train_r01_v07, the folder that contains `data` and `include`")
    parser.add_argument(
        "--output",
        type=Path,
        help="file to write (default: .data/pen_digits.jsonl.gz, with --letters .data/pen_letters.jsonl.gz)",
    )
    parser.add_argument("--letters", action="store_true", help=f"convert the letters {LETTERS} instead of the digits")
    arguments = parser.parse_args()
    name = "pen_letters.jsonl.gz" if arguments.letters else "pen_digits.jsonl.gz"
    try:
        print(convert(arguments.folder, arguments.output or DATA_DIR / name, arguments.letters))
    except (DataUnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
