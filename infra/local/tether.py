"""Runs one command and stops it when the supervisor closes the pipe on stdin, or dies.

Usage: `python tether.py GRACE_S STOP_SIGNAL UID:GID|- COMMAND...`. At the end of file on stdin, the command gets the
stop signal. When it has ended, or the grace period is over, the whole process group gets SIGKILL. This file is started
by its path with `-I -S` and imports only the standard library, so that it starts in 20 ms and no import can fail.
"""

import os
import signal
import subprocess
import sys
import threading


def start(account: str, command: list[str], lock_fd: int) -> subprocess.Popen[bytes]:
    """Start the command as `uid:gid`, or as our own account for `-`."""
    if account == "-":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(lock_fd,))  # noqa: S603  the command is ours
    uid, gid = (int(part) for part in account.split(":"))
    return subprocess.Popen(  # noqa: S603  the command is ours
        command, stdin=subprocess.DEVNULL, pass_fds=(lock_fd,), user=uid, group=gid, extra_groups=[], umask=0o077
    )


def stop_at_end_of_file(child: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    """Wait for the end of stdin, then stop the child. `stopping` is set first, so that `main` expects the end."""
    _, grace_s, stop_signal, *_ = sys.argv
    while os.read(0, 1024):
        pass
    stopping.set()
    child.send_signal(int(stop_signal))
    try:
        child.wait(float(grace_s))
    except subprocess.TimeoutExpired:
        os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Return the exit code of the command, 128 + n for a signal n."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # a handler and not SIG_IGN, because the command would inherit SIG_IGN
    _, _, _, account, *command = sys.argv
    lock_fd = int(os.environ.pop("SLATE_LOCK_FD"))
    child = start(account, command, lock_fd)
    stopping = threading.Event()
    threading.Thread(target=stop_at_end_of_file, args=(child, stopping), daemon=True).start()
    code = child.wait()
    if stopping.is_set():
        os.killpg(0, signal.SIGKILL)  # this kills everything that the command left behind, and this tether
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
