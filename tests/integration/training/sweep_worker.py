"""A worker of a sweep over toy data, in a process of its own: `python -m ... URL RESULTS TRIALS [dies]`.

It says «ready», waits for a line, and then begins.
"""

import os
import signal
import sys
from pathlib import Path

from tests.integration.training.toy import toy_data, toy_sweep
from training import sweep


class Die(sweep.Report):
    """As a machine that loses its power does."""

    def on_train_epoch_end(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, results, trials, *dies = sys.argv[1:]
    options = toy_sweep(Path(results), int(trials), storage=url)
    data = toy_data(options)
    if dies:
        sweep.Report = Die
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sweep.run_sweep(options, data, heartbeat_s=1)


if __name__ == "__main__":
    main()
