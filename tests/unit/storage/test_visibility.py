"""Whose predictions each caller may see, count and change, for each setting of what visitors see."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.storage.access.caller import INSTALLATION, NOBODY, PAGE, make_curator, make_token_caller, make_visitor
from services.storage.access.visibility import whose_rows, whose_to_change, whose_totals

END = datetime(2027, 1, 1, tzinfo=UTC)
VISITOR = make_visitor(UUID(int=7), END)
CURATOR = make_curator("ada@example.org", END)
TOKEN = make_token_caller("lab", frozenset({"read", "write"}))
STRANGERS = [VISITOR, TOKEN]


@pytest.mark.parametrize("caller", STRANGERS, ids=lambda caller: caller.name)
@pytest.mark.parametrize(
    ("setting", "rows", "totals"),
    [("history", True, True), ("totals", False, True), ("nothing", False, False)],
)
def test_a_caller_without_curate_sees_of_others_what_the_setting_says(caller, setting, rows, totals) -> None:
    assert whose_rows(caller, setting) == (None if rows else caller.owner)
    assert whose_totals(caller, setting) == (None if totals else caller.owner)


@pytest.mark.parametrize("caller", STRANGERS, ids=lambda caller: caller.name)
def test_a_caller_without_curate_changes_only_its_own(caller) -> None:
    assert whose_to_change(caller) == caller.owner


@pytest.mark.parametrize("caller", [CURATOR, INSTALLATION], ids=lambda caller: caller.name)
def test_a_curator_sees_and_changes_everything(caller) -> None:
    assert whose_rows(caller, "nothing") is None
    assert whose_totals(caller, "nothing") is None
    assert whose_to_change(caller) is None


@pytest.mark.parametrize("caller", [VISITOR, TOKEN, CURATOR], ids=lambda caller: caller.name)
def test_whoever_wants_only_its_own_gets_only_its_own(caller) -> None:
    assert whose_rows(caller, "history", mine=True) == caller.owner
    assert whose_totals(caller, "history", mine=True) == caller.owner


@pytest.mark.parametrize("caller", [INSTALLATION, PAGE], ids=lambda caller: caller.name)
def test_a_caller_that_owns_nothing_never_gets_the_rows_of_nobody_as_its_own(caller) -> None:
    assert whose_rows(caller, "history", mine=True) == NOBODY
    assert not caller.owns(None)


def test_the_page_changes_nothing() -> None:
    assert whose_to_change(PAGE) == NOBODY
