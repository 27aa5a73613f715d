"""How much work one process accepts: requests in progress, the size of a body, and the time for it to arrive.

These are constants and not settings, because no operator has needed other values. Tests pass smaller ones to
`create_app`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """The values of one process. `http/admission.py` applies the first two."""

    max_in_progress: int = 512  # requests being read or answered; one more is answered 503 `overloaded`
    min_queued_images: int = 64  # with fewer, INFERENCE_MAX_WAIT_S refuses nobody, so that a slow machine answers too
    body_timeout_s: float = 30.0  # for a whole request body to arrive; then 408 `timeout`
    max_body_bytes: int = 16 * 1024 * 1024  # larger than the photographs of a phone; beyond it 413 `too_large`


DEFAULT_BOUNDS = Bounds()
