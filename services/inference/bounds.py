"""How much work one process accepts: request sizes, body timeout, and how many requests may be in progress.

These are constants and not settings, because nobody had to change them. Tests pass smaller ones to `create_app`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """A request beyond `max_in_progress` is answered 503. The setting `max_wait_s` only refuses requests while at
    least `min_queued_images` images wait."""

    max_in_progress: int = 512  # requests being read or answered; far more than fit into max_wait_s on two cores
    min_queued_images: int = 64  # a slow machine must answer a few callers, however long they wait
    body_timeout_s: float = 30.0  # for the whole body of a request to arrive
    max_body_bytes: int = 16 * 1024 * 1024  # more than a photograph of a phone's camera


DEFAULT_BOUNDS = Bounds()
