"""A row of the fairness benchmark names the targets that it misses, and the page shows them."""

from collections import Counter
from dataclasses import replace

from benchmarks.fairness.load import MIB
from benchmarks.fairness.others import Waits
from benchmarks.fairness.row import TOGETHER, Row
from benchmarks.fairness.table import write_page


def make_waits(median_ms: float, answered: int = 100, refused: int = 0) -> Waits:
    return Waits([median_ms] * answered, Counter({"200": answered, "503": refused}))


GOOD = Row(
    load="a large picture",
    callers=1,
    unloaded=make_waits(2),
    loaded=make_waits(6),
    answers=Counter({"200": 5, "503": 1}),
    before_bytes=100 * MIB,
    peak_bytes=250 * MIB,
    growth_mib=150,
)


def test_a_row_at_its_limits_misses_nothing() -> None:
    assert GOOD.list_missed() == []


def test_the_median_may_grow_more_with_four_callers() -> None:
    slower = replace(GOOD, loaded=make_waits(8))
    assert slower.list_missed() == ["median"]
    assert replace(slower, callers=4).list_missed() == []
    assert replace(slower, callers=4, loaded=make_waits(11)).list_missed() == ["median"]


def test_one_caller_may_cause_no_refusal_and_four_one_in_a_hundred() -> None:
    refused = replace(GOOD, loaded=make_waits(3, 99, 1))
    assert refused.list_missed() == ["refused"]
    assert replace(refused, callers=4).list_missed() == []
    assert replace(refused, callers=4, loaded=make_waits(3, 98, 2)).list_missed() == ["refused"]


def test_others_without_any_answer_miss_median_and_refused() -> None:
    assert replace(GOOD, loaded=Waits([], Counter(timeout=1))).list_missed() == ["median", "refused"]


def test_memory_counts_only_where_it_has_a_target() -> None:
    grown = replace(GOOD, peak_bytes=251 * MIB)
    assert grown.list_missed() == ["memory"]
    assert replace(grown, growth_mib=None).list_missed() == []


def test_a_failed_answer_is_named_and_a_refusal_of_the_load_is_not() -> None:
    failed = replace(GOOD, answers=Counter({"500": 3, "503": 7}))
    assert failed.list_missed() == ["500 × 3"]


def test_a_service_that_ended_is_named() -> None:
    assert replace(GOOD, has_ended=True).list_missed() == ["the service ended"]


def test_callers_at_the_address_of_the_others_have_no_target_for_them() -> None:
    assert replace(GOOD, callers=TOGETHER, loaded=make_waits(50, 50, 50)).list_missed() == []


def test_the_page_has_one_table_a_service_and_counts_the_rows_that_meet_their_targets() -> None:
    page = write_page({"Inference": [GOOD, replace(GOOD, loaded=make_waits(8))], "Storage": [GOOD]})
    assert "2 of 3 rows with targets meet all of them." in page
    assert "## Inference\n\n| load |" in page
    row = "| a large picture | 1 | 2.0 | 6.0 | 6.0 | 3.0 × | 0.0% of 100 | 250 (+150) | 200 × 5, 503 × 1 | – |"
    assert page.count(row) == 2
    assert (
        "| a large picture | 1 | 2.0 | 8.0 | 8.0 | 4.0 × | 0.0% of 100 | 250 (+150) | 200 × 5, 503 × 1 | median |"
        in page
    )


def test_others_without_any_answer_have_no_times_in_the_table() -> None:
    page = write_page({"Inference": [replace(GOOD, loaded=Waits([], Counter(timeout=1)))]})
    assert "| 2.0 | – | – | – | 100.0% of 1 |" in page
