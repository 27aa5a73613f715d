"""Pods and disks for a rate of requests and a number of predictions, and their place in the page."""

import pytest

from benchmarks.scaling.calibration import Capacity
from benchmarks.scaling.sizing import BUSY, LEAST_PODS, POD_GIB, Disk, count_pods
from benchmarks.scaling.table import BEGIN, END, replace_section
from tests.manifests import read_container


def test_a_small_rate_has_two_pods_and_a_large_one_as_many_as_it_needs() -> None:
    capacity = Capacity(rate=1000, cpu_s=0.001)
    assert count_pods(1, capacity).pods == LEAST_PODS
    assert count_pods(BUSY * 1000 * 50, capacity).pods == 50
    assert count_pods(BUSY * 1000 * 50 + 1, capacity).pods == 51


def test_a_hundred_times_as_many_predictions_take_a_hundred_times_as_much_disk() -> None:
    small, large = Disk(1e7), Disk(1e9)
    assert large.rows_gib == pytest.approx(100 * small.rows_gib)
    assert small.indexes_gib < small.rows_gib


def test_the_memory_of_a_pod_is_that_of_the_manifest() -> None:
    assert read_container("inference")["resources"]["requests"] == {"cpu": "1", "memory": f"{POD_GIB * 1024:.0f}Mi"}


def test_the_tables_go_between_the_markers_and_nothing_else_changes() -> None:
    page = f"# Scaling\n\n{BEGIN}\nold\n{END}\n\nMore.\n"
    assert replace_section(page, "new") == f"# Scaling\n\n{BEGIN}\n\nnew\n\n{END}\n\nMore.\n"


def test_a_page_without_markers_is_not_touched() -> None:
    with pytest.raises(ValueError, match="has no"):
        replace_section("# Scaling\n", "new")
