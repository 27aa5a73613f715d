"""Exceptions that can be sent from one process to another.

Many exceptions can't be unpickled, and one that fails there ends the worker pool. Such an exception is replaced by its
traceback.
"""

import pickle
import traceback


class UnexpectedError(Exception):
    """An exception of another process. Its message is the traceback."""


def make_portable(error: Exception) -> Exception:
    """The exception itself if a copy of it can be made by pickling, else an UnexpectedError."""
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    except Exception:  # noqa: BLE001  pickling runs the code of the exception's class
        copy = None
    return error if type(copy) is type(error) else UnexpectedError("".join(traceback.format_exception(error)))
