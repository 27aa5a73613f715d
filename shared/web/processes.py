"""Several processes that share a port, as uvicorn runs them. A second SIGTERM ends their drain."""

import signal
from types import FrameType

from uvicorn.supervisors.multiprocess import Multiprocess


class Processes(Multiprocess):
    """uvicorn's supervisor. It alone gets the signals of an operator, and passes SIGTERM on."""

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
