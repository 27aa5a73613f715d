"""Tunes a serving process before it starts: thread switching, garbage collection and memory allocation.

The values are for the whole process, so they are set here once and nowhere else.
"""

import ctypes
import gc
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # option numbers of mallopt, from malloc.h
KEPT_BYTES = 32 * 1024 * 1024  # twice the largest request body
SWITCH_INTERVAL_S = 0.001  # Python's default is 0.005
GARBAGE_THRESHOLD = 10_000  # new objects between two garbage collections; Python's default is 700


def prepare_process() -> None:
    """Apply the settings below to this process."""
    # A busy event loop may hold the interpreter for one interval while a worker thread wants to decode a drawing.
    # With the default interval, many incoming requests delay the admitted ones.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.set_threshold(GARBAGE_THRESHOLD)  # requests leave no reference cycles, so collections seldom find anything
    if sys.platform == "linux":
        _configure_malloc()


def _configure_malloc() -> None:
    """Make glibc keep freed memory and use one heap for all threads. Other C libraries have no `mallopt`."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    # By default glibc returns large blocks to the kernel at once. Each decoded drawing then costs 100 page faults.
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
    # With one heap per thread, memory that a worker allocates and the event loop frees leaves holes, and the process
    # grows.
    mallopt(M_ARENA_MAX, 1)
