"""Several processes that share a port, as uvicorn runs them. A second SIGTERM ends their drain.

The gauges of a process that ended are removed from /metrics.
"""

import signal
from types import FrameType

from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors.multiprocess import Multiprocess


class Processes(Multiprocess):
    """uvicorn's supervisor. It alone gets the signals of an operator, and passes SIGTERM on."""

    _known: frozenset[int | None] = frozenset()  # the ids of the processes at the last look

    def keep_subprocess_alive(self) -> None:
        """Replace every process that died, and remove the gauges of those that are gone."""
        super().keep_subprocess_alive()
        living = frozenset(process.pid for process in self.processes)
        for pid in self._known - living:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        self._known = living

    def terminate_all(self) -> None:
        """Tell every process to stop, which begins their drain. The next SIGTERM ends it (drain.py)."""
        super().terminate_all()
        # Later than uvicorn expects any signal: it now waits for the processes.
        signal.signal(signal.SIGTERM, self._stop_at_once)
        if signal.SIGTERM in self.signal_queue:  # the second came while the first was passed on
            self._stop_at_once(signal.SIGTERM, None)

    def _stop_at_once(self, number: int, frame: FrameType | None) -> None:
        for process in self.processes:
            if process.process.is_alive():
                process.process.terminate()
