"""How much work one process accepts: how long it may wait, the size of a body, and the time for it to arrive.

These are constants and not settings, because no operator has needed other values. Tests pass smaller ones to
`create_app`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """The values of one process."""

    free_units: int = 128  # with less work waiting in a lane, nobody is refused, so that a slow machine answers too
    explain_patience_s: float = 0.1  # an explanation beside a prediction is left out if it takes longer
    max_long_wait_s: float = 10.0  # in the long lane; INFERENCE_MAX_WAIT_S is the limit of the short lane
    body_timeout_s: float = 30.0  # for a whole request body to arrive; then 408 `timeout`
    max_body_bytes: int = 16 * 1024 * 1024  # larger than the photographs of a phone; beyond it 413 `too_large`


DEFAULT_BOUNDS = Bounds()
