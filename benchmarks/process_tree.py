"""The CPU time and memory that a server with all its child processes has used. Linux only, through psutil."""

import contextlib

import psutil


def list_processes(pid: int) -> list[psutil.Process]:
    """The process and all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def measure_cpu_s(pid: int) -> float:
    """User and system time of all processes since they started, in seconds."""
    total = 0.0
    for process in list_processes(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def measure_memory_mb(pid: int) -> float:
    """The proportional set size in MB, in which memory that processes share is counted once."""
    total = 0
    for process in list_processes(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 1e6
