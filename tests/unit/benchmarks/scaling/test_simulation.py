"""The simulation of inference agrees with queueing theory where there is a formula, and with common sense elsewhere."""

import numpy as np
import pytest

from benchmarks.scaling.calibration import fit_together
from benchmarks.scaling.simulation import Process, draw_arrivals, simulate, simulate_callers

SERVICE_S = 0.002


def make_process(*batches_s: float, accept_s: float = 0.0, outside_s: float = 0.0, together: float = 1.0) -> Process:
    batches = [np.array([seconds]) for seconds in batches_s]
    return Process(accept_s, 0.0, batches, outside_s, together)


def test_a_request_alone_takes_the_sum_of_its_parts() -> None:
    process = Process(0.001, 0.002, [np.array([0.003])], outside_s=0.004, together=0.5)
    simulated = simulate(np.array([0.0, 1.0]), process)
    assert simulated.latencies == pytest.approx([0.010, 0.010])


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_batches_of_one_wait_as_the_formula_of_pollaczek_and_khinchine_says(load: float) -> None:
    arrivals = draw_arrivals(load / SERVICE_S, 10_000 * SERVICE_S / load, seed=3)
    simulated = simulate(arrivals, make_process(SERVICE_S))
    wait_s = load * SERVICE_S / (2 * (1 - load))  # M/D/1
    assert simulated.latencies.mean() - SERVICE_S == pytest.approx(wait_s, rel=0.1)


def test_the_mean_number_in_the_lane_is_the_rate_times_the_time_there() -> None:
    arrivals = draw_arrivals(300, 20, seed=4)
    simulated = simulate(arrivals, make_process(SERVICE_S, 1.5 * SERVICE_S))
    rate = len(arrivals) / arrivals[-1]
    assert simulated.in_lane == pytest.approx(rate * simulated.latencies.mean(), rel=0.01)  # Little's law


def test_requests_that_wait_together_are_answered_in_one_batch() -> None:
    simulated = simulate(np.array([0.0, 0.001, 0.001, 0.001]), make_process(0.01, 0.011, 0.012))
    assert simulated.latencies == pytest.approx([0.010, 0.021, 0.021, 0.021])


def test_a_batch_takes_no_more_than_it_may_hold() -> None:
    simulated = simulate(np.array([0.0, 0.0, 0.0]), make_process(0.01, 0.02))
    assert sorted(simulated.latencies) == pytest.approx([0.01, 0.03, 0.03])


def test_two_threads_that_share_one_lock_take_turns() -> None:
    """The second request is accepted while the first is in the lane, so both go on at half speed."""
    shared = simulate(np.array([0.0, 0.004]), make_process(0.004, accept_s=0.004, together=0.5))
    apart = simulate(np.array([0.0, 0.004]), make_process(0.004, accept_s=0.004, together=1.0))
    assert shared.latencies == pytest.approx([0.012, 0.012])
    assert apart.latencies == pytest.approx([0.008, 0.008])


def test_arrivals_have_the_rate_and_are_independent_of_each_other() -> None:
    gaps = np.diff(draw_arrivals(1000, 50, seed=5))
    assert gaps.mean() == pytest.approx(0.001, rel=0.02)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.03)  # of an exponential distribution


def test_callers_that_never_pause_keep_the_process_busy() -> None:
    assert simulate_callers(1, 100, make_process(0.01)) == pytest.approx(100)
    assert simulate_callers(4, 400, make_process(0.01, 0.01)) == pytest.approx(200, rel=0.02)  # always two in a batch
    assert simulate_callers(1, 100, make_process(0.01, outside_s=0.01)) == pytest.approx(50, rel=0.02)


def test_how_much_the_threads_hinder_each_other_is_found_from_the_rate() -> None:
    process = make_process(0.004, 0.006, accept_s=0.002, together=0.7)
    found = fit_together(process, simulate_callers(64, 4000, process))
    assert found.together == pytest.approx(0.7, abs=0.01)
