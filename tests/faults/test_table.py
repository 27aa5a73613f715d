"""The table of the faults says what was seen, and nothing about a service that nobody asked."""

from tests.faults.table import Row, write_table


def test_a_service_that_nobody_asked_has_a_dash() -> None:
    row = Row("a fault", "–", {"storage": {"200", "503 not_ready"}, "frontend": {"200"}}, healthy_s=2.4, alert="Told")
    assert write_table([row])[-1] == "| a fault | – | – | `503 not_ready` | as before | 2 s | `Told` |"
