"""What a curator may do with a version, and how the journal is written for a person."""

from datetime import UTC, datetime

import pytest

from services.frontend.views.models.journal import write_event
from services.frontend.views.models.promotion import find_changes
from shared.contracts.inference import VersionDescription
from shared.contracts.message import ModelVersion
from shared.contracts.promotion import JournalEvent, ModelJournal

CNN = ModelVersion(name="cnn", version="2")
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def a_version(reference: str) -> VersionDescription:
    name, _, version = reference.partition("/")
    return VersionDescription(
        name=name, version=version, current=False, created_at=NOW, architecture=name, parameters=1, metrics={}
    )


VERSIONS = {reference: a_version(reference) for reference in ("cnn/1", "cnn/2", "cnn/3", "mlp/1", "reader/1")}


def changes_of(reference: str, current: str, before: str | None) -> list[tuple[str, str]]:
    name = reference.partition("/")[0]
    journal = ModelJournal(name=name, current=current, version_before=before, by_ticket=True, events=[])
    return [(one.action, one.label) for one in find_changes(VERSIONS[reference], VERSIONS, journal, CNN)]


@pytest.mark.parametrize(
    ("reference", "current", "before", "changes"),
    [
        ("cnn/3", "2", "1", [("promote", "Make this the version in use")]),
        ("cnn/1", "2", "1", [("roll_back", "Back to cnn/1")]),
        ("cnn/2", "2", "1", [("roll_back", "Back to cnn/1")]),
        ("cnn/2", "2", None, []),
        ("cnn/2", "2", "0", []),  # it can't be used any more
        ("mlp/1", "1", None, [("make_default", "Let mlp answer by default")]),
        ("reader/1", "1", None, []),  # it answers no question about one digit
    ],
)
def test_a_version_can_be_promoted_or_gone_back_to(
    reference: str, current: str, before: str | None, changes: list[tuple[str, str]]
) -> None:
    assert changes_of(reference, current, before) == changes


@pytest.mark.parametrize(
    ("event", "version", "why", "row"),
    [
        ("held_back", "3", "letters: -1", ["29 Nov 2026 03:12", "held back by the gate", "3", "letters: -1"]),
        ("nothing_to_learn", "", "", ["29 Nov 2026 03:12", "nothing to learn", "–", "–"]),
        ("of_a_later_slate", "3", "", ["29 Nov 2026 03:12", "of a later slate", "3", "–"]),
    ],
)
def test_an_event_is_a_row(event: str, version: str, why: str, row: list[str]) -> None:
    assert write_event(JournalEvent(at=NOW, event=event, version=version, why=why)) == row
