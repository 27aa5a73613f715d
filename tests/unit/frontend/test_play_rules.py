"""The rules of the games, on a clock that stands still until a test moves it, and what the canvas takes over."""

from dataclasses import dataclass

import pytest

from services.frontend.saving.predicted_drawing import PredictedDrawing
from services.frontend.session.sheet import Sheet
from services.frontend.views.play.fooling import Fooling, Task, Verdict, judge, shuffle_tasks
from services.frontend.views.play.pad import Pad
from services.frontend.views.play.race import PAUSE_S, SKIP_S, Race
from services.frontend.views.play.words import describe_fooling, describe_outcome, describe_race, race_prompt_html
from shared.contracts.inference import Prediction
from shared.contracts.storage import NOT_A_DIGIT
from tests.unit.frontend.test_answer import a_prediction


@dataclass
class HandClock:
    """Seconds."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def predicted(prediction: Prediction) -> PredictedDrawing:
    return PredictedDrawing(drawing=b"png", prediction=prediction, digit_score_threshold=0.5)


def read_as(digit: int, digit_score: float = 0.9) -> PredictedDrawing:
    return predicted(a_prediction(digit, 0.99, (digit + 1) % 10, digit_score))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def race(clock: HandClock) -> Race:
    race = Race(digits=(7, 1, 4), clock=clock)
    race.start()
    clock.now += PAUSE_S
    return race


def draw(race: Race, clock: HandClock, seconds: float, digit: int | None = None) -> bool:
    """Draws the wanted digit, or another, in this time, and waits until the next can be seen."""
    clock.now += seconds
    assert race.wanted is not None
    is_taken = race.take(read_as(race.wanted if digit is None else digit), clock.now)
    clock.now += PAUSE_S if is_taken else 0
    return is_taken


def test_a_race_has_each_digit_once() -> None:
    assert sorted(Race().digits) == list(range(10))


def test_the_time_runs_from_when_a_digit_is_shown_to_when_its_drawing_arrives(race: Race, clock: HandClock) -> None:
    draw(race, clock, 2.0)
    clock.now += 1.5
    arrived_at = clock.now
    clock.now += 30.0  # the model takes its time
    assert race.take(read_as(1), arrived_at)
    assert [lap.seconds for lap in race.laps] == [2.0, 1.5]
    clock.now += PAUSE_S + 0.5
    assert (race.finished_s, race.running_s) == (3.5, 0.5)


def test_a_digit_that_is_read_otherwise_or_does_not_look_like_one_ends_nothing(race: Race, clock: HandClock) -> None:
    assert not draw(race, clock, 1.0, digit=1)
    assert not race.take(read_as(7, digit_score=0.4), clock.now)
    assert race.wanted == 7
    assert draw(race, clock, 1.0)
    assert race.laps[0].seconds == 2.0


def test_the_race_is_over_after_the_last_digit(race: Race, clock: HandClock) -> None:
    for _ in range(3):
        assert not race.is_over
        draw(race, clock, 1.0)
    assert race.is_over
    assert (race.wanted, race.finished_s, race.running_s) == (None, 3.0, 0.0)
    assert not race.take(read_as(4), clock.now)


def test_nothing_counts_while_the_next_digit_is_not_shown(clock: HandClock) -> None:
    race = Race(digits=(7,), clock=clock)
    assert not race.is_pausing
    race.start()
    assert race.is_pausing
    clock.now += PAUSE_S
    assert not race.is_pausing


def test_a_skipped_digit_costs_its_time_and_ten_seconds(race: Race, clock: HandClock) -> None:
    clock.now += 3.0
    race.skip()
    assert race.wanted == 1
    assert (race.laps[0].seconds, race.laps[0].drawing) == (3.0 + SKIP_S, None)


def test_undo_and_skip_end_the_streak_but_not_the_longest(race: Race, clock: HandClock) -> None:
    draw(race, clock, 1.0)
    draw(race, clock, 1.0)
    assert race.streak == 2
    race.take_back()
    assert race.streak == 0
    draw(race, clock, 1.0)
    assert (race.streak, race.longest_streak) == (0, 2)


def test_the_prompt_shows_the_digit_and_the_time(race: Race, clock: HandClock) -> None:
    draw(race, clock, 2.25)
    html = race_prompt_html(race, best_s=9.87)
    assert 'data-wanted="1" data-done="1"' in html
    assert 'data-base="2.250" data-running="0.000">2.2 s<' in html
    assert "best 9.9 s" in html


def judge_of(digit: int, confidence: float, second: int, digit_score: float = 0.9) -> Verdict:
    return judge(Task(7, 1), predicted(a_prediction(digit, confidence, second, digit_score)))


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (judge_of(1, 0.9, 7), Verdict.FOOLED),
        (judge_of(1, 0.9, 7, digit_score=0.4), Verdict.NO_DIGIT),
        (judge_of(1, 0.99, 7), Verdict.NO_TRACE),  # a plain 1
        (judge_of(1, 0.6, 4), Verdict.NO_TRACE),
        (judge_of(7, 0.6, 1), Verdict.RECOGNISED),
        (judge_of(2, 0.6, 7), Verdict.OTHER),
    ],
)
def test_only_a_digit_with_a_trace_of_what_it_is_fools_the_model(verdict: Verdict, expected: Verdict) -> None:
    assert verdict is expected


def test_it_counts_only_if_the_player_says_that_it_is_the_digit() -> None:
    game = Fooling(tasks=(Task(7, 1), Task(4, 9)))
    first, second = predicted(a_prediction(1, 0.9, 7)), predicted(a_prediction(9, 0.9, 4))
    assert game.take_label(first, 7)
    assert not game.take_label(second, NOT_A_DIGIT)
    assert game.fooled == [first]
    assert (first.label, second.label) == (7, NOT_A_DIGIT)
    assert game.task == Task(7, 1)  # after the last task comes the first


def test_every_task_comes_in_both_directions() -> None:
    tasks = set(shuffle_tasks())
    assert {Task(task.taken_for, task.true) for task in tasks} == tasks


def test_the_model_says_what_is_missing() -> None:
    pad, task = Pad(), Task(8, 3)
    assert "still see an 8" in describe_fooling(pad, task, "")
    assert describe_fooling(pad, task, "It counts.") == "It counts."
    pad.predicted = predicted(a_prediction(3, 0.9, 8))
    assert describe_fooling(pad, task, "").startswith("I read a 3 (90.0%), and an 8 only after that.")
    pad.predicted = read_as(8)
    assert "look more like a 3" in describe_fooling(pad, task, "")
    assert describe_outcome(8, 3, "Saved as 8", counts=True) == "You fooled me: an 8 that I read as a 3. Saved as 8."
    assert "not a digit, so it does not count" in describe_outcome(NOT_A_DIGIT, 3, "Saved", counts=False)


def test_the_model_says_what_it_sees_in_a_race(race: Race) -> None:
    pad = Pad()
    assert "Draw a 7" in describe_race(pad, race)
    pad.predicted = read_as(8)
    assert "I see an 8" in describe_race(pad, race)
    pad.predicted = read_as(8, digit_score=0.1)
    assert describe_race(pad, race) == "I see no digit yet."


A, B, C = {"path": "a"}, {"path": "b"}, {"path": "c"}


def test_the_drawing_is_what_the_browser_sent_last(clock: HandClock) -> None:
    pad = Pad(clock=clock)
    pad.take_sheet(None)
    assert pad.drawing is None
    pad.take_sheet(Sheet(b"a", [A]))
    clock.now += 5
    pad.take_sheet(Sheet(b"a", [A]))  # the same again, in a later run
    assert (pad.drawing, pad.arrived_at) == (b"a", 100.0)
    pad.take_sheet(Sheet(b"ab", [A, B]))
    assert (pad.drawing, pad.arrived_at) == (b"ab", 105.0)


def test_after_clear_the_strokes_from_before_are_ignored_also_with_one_more() -> None:
    pad = Pad()
    pad.take_sheet(Sheet(b"a", [A]))
    pad.clear()
    pad.take_sheet(Sheet(b"a", [A]))
    pad.take_sheet(Sheet(b"ab", [A, B]))
    pad.clear()
    pad.take_sheet(Sheet(b"ab", [A, B]))
    assert (pad.drawing, pad.strokes) == (None, [])
    pad.take_sheet(Sheet(b"", []))
    pad.take_sheet(Sheet(b"a", [A]))
    assert pad.drawing == b"a"


def test_undo_leaves_the_strokes_before_and_reads_them_again() -> None:
    pad = Pad()
    pad.take_sheet(Sheet(b"ab", [A, B]))
    pad.predicted = read_as(7)
    pad.undo()
    assert (pad.strokes, pad.predicted) == ([A], None)
    assert pad.initial is not None
    assert pad.initial["objects"] == [A]
    pad.take_sheet(Sheet(b"ab", [A, B]))
    assert pad.drawing is None
    pad.take_sheet(Sheet(b"a", [A]))
    assert pad.drawing == b"a"
    pad.take_sheet(Sheet(b"ac", [A, C]))
    assert pad.strokes == [A, C]
