"""What a version in shadow costs the callers of the version in use, and the machine."""

from collections.abc import Sequence
from statistics import median

from benchmarks.learning.lesson import School
from benchmarks.learning.outcome import Outcome
from benchmarks.shadow import ShadowCost, measure_shadow

RATE = 50  # requests per second
SECONDS = 20  # of a turn
PAIRS = 5  # turns without and with the shadow


def measure_shadowing(_: School) -> Outcome:
    """Let a copy of the shipped `cnn` run beside it in every second turn."""
    return describe_cost(measure_shadow(rate=RATE, seconds=SECONDS, pairs=PAIRS))


def describe_cost(cost: ShadowCost) -> Outcome:
    """Return the rows."""
    p50 = write_latencies(cost.without.p50_ms, cost.beside.p50_ms)
    p99 = write_latencies(cost.without.p99_ms, cost.beside.p99_ms)
    return Outcome(
        rows=[
            (
                f"processor time that a shadow adds to a request, {RATE} requests/s",
                "≤ 1.1 × that of the request",
                f"{cost.cpu_ratio:.2f} × ({cost.compared:.0%} of the answers checked)".replace("%", " %"),
            ),
            ("median latency without and with a shadow", "the same within noise", p50),
            ("99th percentile without and with a shadow", "the same within noise", p99),
            (
                "requests refused or lost without and with a shadow",
                "0, 0",
                f"{cost.without.unanswered}, {cost.beside.unanswered}",
            ),
        ]
    )


def write_latencies(without: Sequence[float], beside: Sequence[float]) -> str:
    """`2.1 (2.0 to 2.3) ms and 2.2 (2.1 to 2.4) ms: within noise`: medians over the turns, with the extremes."""
    one, other = (f"{median(turns):.1f} ({min(turns):.1f} to {max(turns):.1f}) ms" for turns in (without, beside))
    return f"{one} and {other}: {'within noise' if median(beside) <= max(without) else 'higher'}"
