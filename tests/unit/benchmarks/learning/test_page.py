"""The page and the plot are written from what was measured, also if that is only a part."""

from pathlib import Path

import pytest

from benchmarks.learning.__main__ import PARTS, main
from benchmarks.learning.outcome import (
    Outcome,
    forget_steps,
    join,
    read_outcomes,
    read_unfinished,
    remember,
    write_outcome,
)
from benchmarks.learning.page import TITLES, write_page
from benchmarks.learning.plot import plot_outcomes

OTHERS = Outcome(
    rows=[("share of the distance", "≥ 67 %", "71 %")],
    points={"before": [0.92], "after": [0.97], "reference": [0.98], "labels": [3000]},
)
WRITERS = Outcome(rows=[], points={"before": [0.2], "after": [0.05]}, names=["r12"])
CURVE = Outcome(rows=[], points={"labels": [200, 1000], "after": [0.94, 0.96]})


def test_every_part_has_a_title() -> None:
    assert TITLES.keys() == PARTS.keys()


def test_the_page_says_plainly_what_was_not_measured() -> None:
    page = write_page({"others": OTHERS}, "lenet5", list(PARTS), is_plotted=True)
    assert "| share of the distance | ≥ 67 % | 71 % |" in page
    assert page.count("not measured yet") == len(PARTS) - 1
    assert "images/learning.png" in page


def test_outcomes_are_kept_for_the_next_run(tmp_path: Path) -> None:
    write_outcome(tmp_path, "others", OTHERS)
    assert read_outcomes(tmp_path, list(PARTS)) == {"others": OTHERS}


def test_the_plot_shows_the_parts_that_were_measured(tmp_path: Path) -> None:
    figure = plot_outcomes({"others": OTHERS, "curve": CURVE, "writers": WRITERS}, tmp_path / "both.png")
    assert figure is not None
    curve, bars = figure.axes
    assert [text.get_text() for text in curve.get_xticklabels()] == ["0", "200", "1,000", "3,000"]
    assert [text.get_text() for text in bars.texts] == ["20.0%", "5.0%"]
    assert (tmp_path / "both.png").exists()


def test_nothing_is_plotted_before_anything_was_measured(tmp_path: Path) -> None:
    assert plot_outcomes({}, tmp_path / "none.png") is None


def test_a_missing_file_of_strokes_ends_the_command_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--pen-digits", str(tmp_path / "none"), "--pendigits", str(tmp_path / "none")]) == 1
    assert "--pen-digits" in capsys.readouterr().err


def test_a_stopped_part_continues_after_its_last_step_and_begins_anew_once_it_was_whole(tmp_path: Path) -> None:
    def never() -> Outcome:
        raise AssertionError("measured again")

    assert remember(tmp_path, "vandals-one", lambda: WRITERS) == WRITERS
    assert remember(tmp_path, "vandals-one", never) == WRITERS
    write_outcome(tmp_path, "vandals", OTHERS)
    forget_steps(tmp_path, "vandals")
    assert remember(tmp_path, "vandals-one", lambda: CURVE) == CURVE
    assert read_outcomes(tmp_path, ["vandals"]) == {"vandals": OTHERS}


def test_steps_are_joined_in_their_order() -> None:
    joined = join([WRITERS, OTHERS, WRITERS])
    assert joined.rows == OTHERS.rows
    assert joined.names == ["r12", "r12"]
    assert joined.points["before"] == [0.2, 0.92, 0.2]


def test_a_stopped_part_shows_its_steps_and_says_that_the_rest_is_missing(tmp_path: Path) -> None:
    assert read_unfinished(tmp_path, "others") is None
    write_outcome(tmp_path, "others-lesson", OTHERS)
    stopped = read_unfinished(tmp_path, "others")
    assert stopped is not None
    assert stopped.rows[0] == OTHERS.rows[0]
    assert stopped.rows[1][0] == "the rest of this part is not measured yet"
