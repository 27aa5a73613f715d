"""Every change of what answers is written to the journal, and the journal says what was in use before."""

import shutil
from pathlib import Path

import pytest

from shared.recognition.journal import JOURNAL, append_event, read_journal
from shared.recognition.model_version import ModelVersionError, read_current, read_default, read_shadow, set_current
from shared.recognition.promotion import (
    PromotionError,
    begin_shadow,
    end_shadow,
    find_version_before,
    make_default,
    promote,
    roll_back,
)
from tests.full_disk import files_end_after
from tests.written_versions import write_copies


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """mlp/1 to mlp/4, of which 1 is in use, and other/1."""
    write_copies(tmp_path, "mlp", "1", "2", "3", "4")
    write_copies(tmp_path, "other", "1")
    return tmp_path


def promote_in_turn(models: Path, *versions: str) -> None:
    for version in versions:
        promote(models, "mlp", version, who="Ada", why="better")


def go_back(models: Path) -> str | None:
    before = find_version_before(models, "mlp")
    if before is not None:
        roll_back(models, "mlp", before, who="Ada", why="worse")
        assert read_current(models, "mlp") == before
    return before


def test_a_promotion_moves_the_pointer_and_says_who_and_why(models: Path) -> None:
    entry = promote(models, "mlp", "2", who="Ada", why="reads sevens with a bar")
    assert read_current(models, "mlp") == "2"
    assert read_journal(models, "mlp") == [entry]
    assert (entry.event, entry.version, entry.who, entry.why, entry.details) == (
        "promoted",
        "2",
        "Ada",
        "reads sevens with a bar",
        {"before": "1"},
    )


def test_one_goes_back_step_by_step_to_the_first_version(models: Path) -> None:
    promote_in_turn(models, "2", "3")
    assert [go_back(models), go_back(models), go_back(models)] == ["2", "1", None]
    assert [entry.event for entry in read_journal(models, "mlp")] == ["promoted"] * 2 + ["rolled_back"] * 2


def test_after_a_roll_back_and_a_promotion_the_way_back_passes_over_what_was_taken_back(models: Path) -> None:
    promote_in_turn(models, "2")
    go_back(models)
    promote_in_turn(models, "3")
    assert [go_back(models), go_back(models)] == ["1", None]


def test_a_version_that_was_in_use_twice_is_passed_twice(models: Path) -> None:
    promote_in_turn(models, "2", "1")
    assert [go_back(models), go_back(models)] == ["2", "1"]


def test_a_version_that_is_gone_is_passed_over(models: Path) -> None:
    promote_in_turn(models, "2", "3")
    shutil.rmtree(models / "mlp" / "2")
    assert go_back(models) == "1"


def test_after_a_change_by_hand_the_way_back_leads_to_what_the_journal_knows(models: Path) -> None:
    promote_in_turn(models, "2")
    set_current(models, "mlp", "4")
    assert find_version_before(models, "mlp") == "2"


def test_without_a_journal_there_is_no_version_before(models: Path) -> None:
    append_event(models, "mlp", "nothing_to_learn")
    assert find_version_before(models, "mlp") is None


def test_a_roll_back_to_any_other_version_is_refused(models: Path) -> None:
    promote_in_turn(models, "2", "3")
    with pytest.raises(PromotionError):
        roll_back(models, "mlp", "1", who="Ada", why="worse")
    assert read_current(models, "mlp") == "3"


def test_what_is_in_use_is_not_promoted_again(models: Path) -> None:
    with pytest.raises(PromotionError):
        promote(models, "mlp", "1", who="Ada", why="better")
    assert read_journal(models, "mlp") == []


@pytest.mark.parametrize(("name", "version"), [("mlp", "9"), ("nobody", "1"), ("..", "1")])
def test_what_does_not_exist_is_not_promoted_and_leaves_no_folder(models: Path, name: str, version: str) -> None:
    with pytest.raises(ModelVersionError):
        promote(models, name, version, who="Ada", why="better")
    assert not (models / "nobody").exists()
    assert not (models / "mlp" / JOURNAL).exists()


def test_a_ticket_allows_one_change(models: Path) -> None:
    promote(models, "mlp", "2", who="Ada", why="better", details={"ticket": "t1"})
    with pytest.raises(PromotionError, match="used already"):
        promote(models, "mlp", "3", who="Ada", why="better", details={"ticket": "t1"})
    with pytest.raises(PromotionError, match="used already"):
        make_default(models, "mlp", who="Ada", why="better", details={"ticket": "t1"})
    promote(models, "mlp", "3", who="Ada", why="better", details={"ticket": "t2"})


def test_the_default_model_is_chosen_with_its_reason(models: Path) -> None:
    make_default(models, "mlp", who="Ada", why="smaller")
    entry = make_default(models, "other", who="Ada", why="better")
    assert read_default(models) == "other"
    assert (entry.event, entry.version, entry.details) == ("made_default", "1", {"before": "mlp"})
    with pytest.raises(ModelVersionError):
        make_default(models, "nobody", who="Ada", why="better")
    assert not (models / "nobody").exists()


def test_a_version_that_is_promoted_leaves_the_shadow(models: Path) -> None:
    begin_shadow(models, "mlp", "mlp/2", who="Ada", why="compare")
    promote_in_turn(models, "3")
    assert read_shadow(models, "mlp") == "mlp/2"
    promote_in_turn(models, "2")
    assert read_shadow(models, "mlp") is None
    assert [entry.event for entry in read_journal(models, "mlp")][-2:] == ["promoted", "shadow_ended"]


def test_a_broken_shadow_stops_no_promotion(models: Path) -> None:
    (models / "mlp" / "shadow").write_bytes(b"\xff")
    promote_in_turn(models, "2")
    assert read_current(models, "mlp") == "2"


def test_a_shadow_begins_and_ends_in_the_journal(models: Path) -> None:
    begin_shadow(models, "mlp", "other/1", who="Ada", why="compare")
    assert read_shadow(models, "mlp") == "other/1"
    end_shadow(models, "mlp", who="Ada", why="seen enough")
    assert read_shadow(models, "mlp") is None
    assert [(entry.event, entry.version) for entry in read_journal(models, "mlp")] == [
        ("shadow_began", "other/1"),
        ("shadow_ended", "other/1"),
    ]
    with pytest.raises(PromotionError):
        end_shadow(models, "mlp", who="Ada", why="again")


def test_what_the_journal_cannot_hold_does_not_happen(models: Path) -> None:
    promote(models, "mlp", "2", who="Ada", why="better")
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + 20), pytest.raises(OSError, match="too large"):
        promote(models, "mlp", "3", who="Ada", why="better", details={"ticket": "t1"})
    assert read_current(models, "mlp") == "2"
    assert [entry.version for entry in read_journal(models, "mlp")] == ["2"]
    promote(models, "mlp", "3", who="Ada", why="better", details={"ticket": "t1"})
    assert [entry.version for entry in read_journal(models, "mlp")] == ["2", "3"]


def test_a_default_that_the_journal_cannot_hold_is_none(models: Path) -> None:
    append_event(models, "mlp", "nothing_to_learn")
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + 20), pytest.raises(OSError, match="too large"):
        make_default(models, "mlp", who="Ada", why="better")
    assert read_default(models) is None


def test_a_shadow_that_the_journal_cannot_hold_stays_as_it_was(models: Path) -> None:
    begin_shadow(models, "mlp", "mlp/2", who="Ada", why="compare")
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + 20):
        with pytest.raises(OSError, match="too large"):
            begin_shadow(models, "mlp", "mlp/3", who="Ada", why="compare")
        assert read_shadow(models, "mlp") == "mlp/2"
        with pytest.raises(OSError, match="too large"):
            end_shadow(models, "mlp", who="Ada", why="seen enough")
    assert read_shadow(models, "mlp") == "mlp/2"
    assert [entry.event for entry in read_journal(models, "mlp")] == ["shadow_began"]


def test_a_full_disk_is_named_also_if_the_version_in_shadow_was_gone(models: Path) -> None:
    begin_shadow(models, "mlp", "mlp/2", who="Ada", why="compare")
    shutil.rmtree(models / "mlp" / "2")
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + 20), pytest.raises(OSError, match="too large"):
        begin_shadow(models, "mlp", "mlp/3", who="Ada", why="2 is gone")


def test_a_promotion_succeeds_also_if_the_journal_cannot_hold_that_the_shadow_ended(
    models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin_shadow(models, "mlp", "mlp/2", who="Ada", why="compare")
    room = 200  # bytes, for one entry but not for two
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + room):
        entry = promote(models, "mlp", "2", who="Ada", why="better")
    assert (read_current(models, "mlp"), read_shadow(models, "mlp")) == ("2", None)
    assert read_journal(models, "mlp")[1:] == [entry]
    assert "File too large" in caplog.text


def test_a_promotion_that_was_killed_before_the_journal_had_it_is_brought_to_its_end(models: Path) -> None:
    set_current(models, "mlp", "2")  # the pointer was moved, and then the process was killed
    entry = promote(models, "mlp", "2", who="the gate", why="nothing got worse", instead_of="1")
    assert (read_journal(models, "mlp"), entry.details) == ([entry], {"before": "1"})
    assert go_back(models) == "1"
    set_current(models, "mlp", "2")
    with pytest.raises(PromotionError, match="in use already"):  # without `instead_of` it may have been moved by hand
        promote(models, "mlp", "2", who="Ada", why="better")


def test_what_the_journal_says_is_in_use_is_not_promoted_again(models: Path) -> None:
    promote(models, "mlp", "2", who="the gate", why="nothing got worse", instead_of="1")
    with pytest.raises(PromotionError, match="in use already"):
        promote(models, "mlp", "2", who="the gate", why="nothing got worse", instead_of="1")
    assert len(read_journal(models, "mlp")) == 1


def test_a_full_disk_is_named_also_if_the_version_in_use_was_gone(models: Path) -> None:
    append_event(models, "mlp", "nothing_to_learn")
    shutil.rmtree(models / "mlp" / "1")
    with files_end_after((models / "mlp" / JOURNAL).stat().st_size + 20), pytest.raises(OSError, match="too large"):
        promote(models, "mlp", "2", who="Ada", why="1 is gone")


def test_a_version_that_was_compared_with_another_than_that_in_use_is_not_promoted(models: Path) -> None:
    promote(models, "mlp", "2", who="Ada", why="better")
    with pytest.raises(PromotionError, match=r"mlp/2 was put in use meanwhile, instead of mlp/1"):
        promote(models, "mlp", "3", who="the gate", why="nothing got worse", instead_of="1")
    assert read_current(models, "mlp") == "2"
    promote(models, "mlp", "3", who="the gate", why="nothing got worse", instead_of="2")
    assert read_current(models, "mlp") == "3"
