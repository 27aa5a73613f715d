"""Runs a stack with stand-in services in its own process, and finds every process that it started.

The processes inherit an environment variable with a random mark, by which they are found.
"""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.e2e.stack import free_ports

REPOSITORY = Path(__file__).resolve().parents[3]
STACK = Path(__file__).with_name("stand_in_stack.py")
PATIENCE_S = 300.0  # longer than anything but a hang
PORTS = {"inference": "INFERENCE_PORT", "storage": "STORAGE_PORT", "frontend": "FRONTEND_PORT"}


class RunningStack:
    def __init__(self, data_dir: Path, *moods: str, uid: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self._mark = uuid.uuid4().hex
        ports = {variable: str(self.ports[name]) for name, variable in PORTS.items()}
        own = {"SLATE_DATA_DIR": str(data_dir), "SLATE_MARK": self._mark, "PYTHONPATH": str(REPOSITORY)}
        self.process = subprocess.Popen(
            [sys.executable, str(STACK), *moods],
            cwd=REPOSITORY,
            env={**os.environ, **ports, **own, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=uid,
            group=None if uid is None else pwd.getpwuid(uid).pw_gid,
            extra_groups=None if uid is None else [],
        )
        self.said: list[str] = []
        self._watchdog = threading.Timer(PATIENCE_S, self.process.kill)
        self._watchdog.start()

    def wait_for(self, words: str) -> str:
        """Read the output up to the first line that contains the words → that line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if words in line:
                return self.said[-1]
        raise AssertionError(f"the stack ended without printing {words!r}:\n" + "\n".join(self.said))

    def wait_for_file(self, path: Path) -> None:
        """Wait for the file. Return within a few milliseconds of its creation."""
        while not path.exists():
            assert self.process.poll() is None, (self.finish(), self.said)
            time.sleep(0.002)

    def wait_until_ready(self) -> None:
        line = self.wait_for("ready")
        if line != "ready":
            self.finish()
        assert line == "ready", "\n".join(self.said)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal to the supervisor only → its exit code."""
        self.process.send_signal(number)
        return self.finish()

    def finish(self) -> int:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.said.extend(output.read().splitlines())
        code = self.process.wait()
        self._watchdog.cancel()
        return code

    def processes(self, name: str = "") -> list[psutil.Process]:
        """Find the running processes of this stack whose command line contains `name`. Zombies are left out."""
        return [process for process in psutil.process_iter() if self._is_mine(process, name)]

    def _is_mine(self, process: psutil.Process, name: str) -> bool:
        try:
            return process.environ().get("SLATE_MARK") == self._mark and name in " ".join(process.cmdline())
        except psutil.Error:
            return False

    def service(self, name: str) -> psutil.Process:
        """Find the process of a part, which is not its tether."""
        (process,) = (one for one in self.processes(name) if "tether.py" not in " ".join(one.cmdline()))
        return process

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0]))

    def answer(self, name: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/", timeout=PATIENCE_S) as response:
            return str(response.read().decode())

    def clear_away(self) -> None:
        """Kill what a failed test left."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._watchdog.cancel()
        left = self.processes()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=30)  # a dying PostgreSQL still writes into the folder that is deleted next


StartStack = Callable[..., RunningStack]
