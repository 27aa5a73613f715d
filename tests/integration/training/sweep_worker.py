"""Runs a worker of a sweep over toy data in its own process: `python -m ... URL RESULTS TRIALS [dies]`.

It prints "ready", waits for a line of input, and then starts.
"""

import os
import signal
import sys
from pathlib import Path

from tests.integration.training.toy import toy_data, toy_plan, toy_sweep
from training.sweep import search
from training.sweep.study import HEARTBEAT_S


class Die(search.Report):
    """Kills the process, as a power failure would."""

    def on_train_epoch_end(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, results, trials, *dies = sys.argv[1:]
    options, plan = toy_sweep(Path(results), int(trials), storage=url), toy_plan()
    data = toy_data(plan.settings(options.epochs))
    if dies:
        search.Report = Die
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    heartbeat_s = 1 if dies else HEARTBEAT_S  # the other workers of a study need the same interval
    search.run_sweep(options, plan, data, heartbeat_s=heartbeat_s)


if __name__ == "__main__":
    main()
