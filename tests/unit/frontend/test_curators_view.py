"""What a curator reads of the history of labels and of the audit."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.frontend.views.history.label_history import describe_change
from services.frontend.views.sign_in.audit import describe_entry
from shared.contracts.access import AuditEntry, LabelChange

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"after": 3}, "curator ada said 3"),
        ({"after": "not_a_digit", "by": "you"}, "you said not a digit"),
        ({"before": 3}, "curator ada removed the label"),
        ({"after": 3, "origin": "import"}, "curator ada said 3 in an import"),
        ({"after": 3, "by": "another visitor", "counts": False}, "another visitor said 3, which does not count"),
    ],
    ids=["digit", "no_digit", "removed", "import", "opinion"],
)
def test_a_change_of_a_label_is_a_sentence(changes: dict[str, Any], text: str) -> None:
    usual = {"at": NOON, "by": "curator ada", "counts": True, "before": None, "after": None, "origin": "person"}
    assert describe_change(LabelChange.model_validate(usual | changes)) == text


def test_an_entry_of_the_audit_is_a_row_in_the_time_of_the_reader() -> None:
    entry = AuditEntry(id=1, at=NOON, who="curator ada", action="delete_mine", details={"predictions": 3, "by": "x"})
    row = ("29 Nov 2026, 13:00", "curator ada", "delete mine", "predictions: 3, by: x")
    assert describe_entry(entry, ZoneInfo("Europe/Berlin")) == row
