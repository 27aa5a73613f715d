"""`python -m training.refine` in the small world: `python -m ... WORLD`, then the command's own options.

A night runs the command in a process of its own, which does not know what a test has made small.
"""

import sys
from pathlib import Path

import pytest

from tests.integration.training.refine.world import make_small
from training.refine.__main__ import main

if __name__ == "__main__":
    make_small(Path(sys.argv[1]), pytest.MonkeyPatch())
    sys.exit(main(sys.argv[2:]))
