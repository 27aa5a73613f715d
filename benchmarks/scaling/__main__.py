"""`make benchmark-scaling` compares inference with a simulation of it, and writes what follows into docs/scaling.md.

It offers Poisson arrivals at 30, 50, 70 and 90 % of what one process can answer. The simulation gets the same arrivals.
"""

import argparse
import sys
import time

import numpy as np

from benchmarks.scaling.calibration import Capacity, calibrate
from benchmarks.scaling.service import Service, run_service
from benchmarks.scaling.simulation import Process, draw_arrivals, simulate
from benchmarks.scaling.sizing import follow_load
from benchmarks.scaling.table import Comparison, replace_section, write_section
from benchmarks.servers import ROOT

PAGE = ROOT / "docs" / "scaling.md"
SHARES = (0.3, 0.5, 0.7, 0.9)
SECONDS = 25.0  # of each load


def compare(service: Service, process: Process, capacity: Capacity, share: float, seconds: float) -> Comparison:
    """Offer one load, and simulate it."""
    rate = share * capacity.rate
    moments = draw_arrivals(rate, seconds, seed=1)
    started = time.perf_counter()
    flood = service.offer(moments)
    took = time.perf_counter() - started
    if flood.lost or flood.counts.keys() != {200}:
        raise RuntimeError(f"not every request was answered: {flood.counts}, {flood.lost} lost")
    exchanges = np.array(sorted(flood.exchanges))  # (N, 2): sent at, latency
    sent = exchanges[:, 0] - exchanges[0, 0]
    simulated = simulate(sent, process)
    return Comparison(share, rate, len(sent) / took, exchanges[:, 1], simulated.latencies)


def main() -> int:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each load")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the page as it is")
    options = parser.parse_args()
    with run_service() as service:
        process, capacity = calibrate(service)
        print(f"{capacity.rate:,.0f} requests/s", file=sys.stderr)
        comparisons = [compare(service, process, capacity, share, options.seconds) for share in SHARES]
    section = write_section(process, capacity, comparisons, follow_load(process, capacity))
    if not options.print:
        PAGE.write_text(replace_section(PAGE.read_text(), section))
    print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
