"""What is set for a whole process that serves, before it starts: its heap and its turns between threads."""

import ctypes
import gc
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
KEPT_BYTES = 32 * 1024 * 1024  # twice the largest body
TURN_S = 0.001  # a busy event loop keeps the interpreter so long from a thread that decodes; by default 0.005
OBJECTS = 10_000  # between two searches for rings of garbage, of which a request leaves none; by default 700


def prepare_process() -> None:
    """Short turns, or many requests would starve those that were let in; few searches for garbage; memory is kept.

    glibc gives it back at once, and decoding a canvas asks for it again: a hundred page faults a request. One heap
    serves all threads: with one for each, what a worker made and the loop freed left holes, and the service grew.
    """
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(OBJECTS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_ARENA_MAX, 1)
