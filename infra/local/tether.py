"""Runs one command and never outlives the process that holds the other end of its stdin.

`python tether.py GRACE_S STOP_SIGNAL UID:GID|- COMMAND…`. End of file on stdin means stop, whether the supervisor
closed the pipe or was killed: the signal goes to the command, and after the grace period SIGKILL to the whole group.
Started by path with `-I -S`, outside the package, so that it costs 20 ms and imports nothing that could fail.
"""

import os
import signal
import subprocess
import sys
import threading


def start(account: str, command: list[str], lock_fd: int) -> subprocess.Popen[bytes]:
    """As «uid:gid», or as ourselves for «-»."""
    if account == "-":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(lock_fd,))
    uid, gid = (int(part) for part in account.split(":"))
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, pass_fds=(lock_fd,), user=uid, group=gid, extra_groups=[], umask=0o077
    )


def stop_at_end_of_file(child: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    """Sets `stopping` first, so that the end of the child is known to be wanted."""
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
    """The command's exit code, 128 + n for a signal n."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # a handler, not SIG_IGN: the command must not inherit it
    _, _, _, account, *command = sys.argv
    lock_fd = int(os.environ.pop("SLATE_LOCK_FD"))
    child = start(account, command, lock_fd)
    stopping = threading.Event()
    threading.Thread(target=stop_at_end_of_file, args=(child, stopping), daemon=True).start()
    code = child.wait()
    if stopping.is_set():
        os.killpg(0, signal.SIGKILL)  # whatever the command left behind, and this tether
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
