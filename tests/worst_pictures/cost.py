"""What the work for one picture costs: CPU time and memory, measured in the process that does it. Linux only."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """`cpu_s` of all threads, and `mib` of memory beyond what the process had before."""

    cpu_s: float
    mib: float


def measure_cost(work: Callable[[], object]) -> Cost:
    """Do the work once. What is loaded once should have been loaded before. Errors of the work pass through."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins at the present memory
    memory, cpu_s = _read_peak_mib(), _read_cpu_s()
    work()
    return Cost(_read_cpu_s() - cpu_s, _read_peak_mib() - memory)


def _read_cpu_s() -> float:
    """User and system time of all threads of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _read_peak_mib() -> float:
    """The highest resident memory of this process; `ru_maxrss` would include that of the parent process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
