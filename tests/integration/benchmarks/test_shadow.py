"""The benchmark of a version in shadow, with the real service."""

from benchmarks.shadow import ShadowCost, Turns, measure_shadow


def test_turns_with_and_without_a_shadow_are_measured_and_the_shadow_takes_part() -> None:
    cost = measure_shadow(rate=10, seconds=1, pairs=2)
    for turns in (cost.without, cost.beside):
        assert len(turns.cpu_ms) == len(turns.p50_ms) == len(turns.p99_ms) == 2
        assert min(turns.cpu_ms) > 0
    assert 0 < cost.compared <= 1
    assert list(cost.describe())[2].startswith("| CPU ms per request |")


def test_the_ratio_compares_the_turns_of_a_pair() -> None:
    cost = ShadowCost(
        without=Turns(cpu_ms=[1, 2, 4], p50_ms=[5, 5, 5], p99_ms=[9, 9, 9]),
        beside=Turns(cpu_ms=[1.5, 3, 4], p50_ms=[4, 6, 7], p99_ms=[9, 8, 8]),
        compared=1,
    )
    assert cost.cpu_ratio == 0.5
    assert (cost.count_slower("p50_ms"), cost.count_slower("p99_ms")) == (2, 0)
