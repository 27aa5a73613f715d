"""Pods, prices and disks for a rate of requests and a number of predictions, and their place in the page."""

import pytest

from benchmarks.scaling.calibration import Capacity
from benchmarks.scaling.sizing import (
    BUSY,
    COPIES,
    FRONTEND,
    LEAST_PODS,
    POSTGRES_CORES,
    POSTGRES_GIB,
    STORAGE,
    STORED_PER_S,
    Disk,
    Installation,
    Part,
    make_inference,
)
from benchmarks.scaling.table import BEGIN, END, RATES, replace_section, write_installations
from tests.manifests import find, read_container, read_patch

CAPACITY = Capacity(rate=1000, cpu_s=0.001)
INFERENCE = make_inference(CAPACITY)


def test_a_small_rate_has_two_pods_and_a_large_one_as_many_as_it_needs() -> None:
    assert INFERENCE.pods(1) == LEAST_PODS
    assert INFERENCE.pods(BUSY * 1000 * 50) == 50
    assert INFERENCE.pods(BUSY * 1000 * 50 + 1) == 51


def test_a_pod_that_asks_for_less_than_it_uses_is_counted_with_what_it_uses() -> None:
    part = Part(cpu_s=0.07, pod_cores=0.25, pod_gib=1)
    assert part.cores(1) == LEAST_PODS * 0.25
    assert part.cores(100) == pytest.approx(10)


def test_no_more_is_stored_than_was_measured() -> None:
    assert Installation(1000, INFERENCE).stored == 1000
    assert Installation(100_000, INFERENCE).stored == BUSY * STORED_PER_S


def test_each_pod_of_storage_has_its_connections_and_postgresql_has_room_for_them() -> None:
    connections = [Installation(rate, INFERENCE).connections for rate in RATES]
    assert connections == [22 * LEAST_PODS] * len(RATES)
    parameters = find("Cluster", "slate-database")["spec"]["postgresql"]["parameters"]
    assert max(connections) < int(parameters["max_connections"])


def test_the_price_of_an_installation_has_every_part() -> None:
    installation = Installation(10, INFERENCE)
    disk = Disk(10 * 30 * 24 * 3600).month
    cores = 2 + 10 * (2 / 1_110 - 0.63e-3) / 0.7 + 2 * 0.5 + 3 * 2 + 10 * 0.058 / 0.7
    assert installation.month == pytest.approx(cores * 720 * 0.04 + disk)


def test_the_table_has_a_column_for_each_rate() -> None:
    lines = list(write_installations(CAPACITY))
    assert {line.count(" |") for line in lines} == {1 + len(RATES)}
    assert "| storage: pods | 2 | 2 | 2 |" in lines


def test_a_hundred_times_as_many_predictions_take_a_hundred_times_as_much_disk() -> None:
    small, large = Disk(1e7), Disk(1e9)
    assert large.rows_gib == pytest.approx(100 * small.rows_gib)
    assert small.indexes_gib < small.rows_gib


@pytest.mark.parametrize(("name", "part"), [("inference", INFERENCE), ("storage", STORAGE), ("frontend", FRONTEND)])
def test_the_cores_and_memory_of_a_pod_are_those_of_the_manifest(name: str, part: Part) -> None:
    requests = read_container(name)["resources"]["requests"]
    cores = {"1": 1.0, "500m": 0.5, "250m": 0.25}[requests["cpu"]]
    assert (cores, requests["memory"]) == (part.pod_cores, f"{part.pod_gib * 1024:.0f}Mi")


def test_the_servers_of_postgresql_are_those_of_a_published_installation() -> None:
    spec = read_patch("components/published/postgres.yaml")["spec"]
    requests = {"cpu": f"{POSTGRES_CORES}", "memory": f"{POSTGRES_GIB}Gi"}
    assert (spec["instances"], spec["resources"]["requests"]) == (COPIES, requests)


def test_the_tables_go_between_the_markers_and_nothing_else_changes() -> None:
    page = f"# Scaling\n\n{BEGIN}\nold\n{END}\n\nMore.\n"
    assert replace_section(page, "new") == f"# Scaling\n\n{BEGIN}\n\nnew\n\n{END}\n\nMore.\n"


def test_a_page_without_markers_is_not_touched() -> None:
    with pytest.raises(ValueError, match="has no"):
        replace_section("# Scaling\n", "new")
