"""The arithmetic of the parts: flipped labels, suspected labels, vandals, gains, and what the rows say."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from benchmarks.learning.lesson import Lesson
from benchmarks.learning.outcome import Outcome
from benchmarks.learning.parts.one_writer import describe
from benchmarks.learning.parts.other_writers import write_change, write_distance
from benchmarks.learning.parts.shadow import write_latencies
from benchmarks.learning.parts.swapping import Tally, check_answer
from benchmarks.learning.parts.vandals import ATTACKS, describe_end, label_slowly
from benchmarks.learning.parts.wrong_labels import count_suspected, flip_labels, write_kept
from benchmarks.learning.people import Drawing, Posted
from benchmarks.learning.reading import Reading, Verdicts
from benchmarks.learning.refining import Refined
from benchmarks.learning.versions import Version
from shared.contracts.inference import Prediction
from shared.contracts.message import ModelVersion

DRAWINGS = [Drawing(f"w{index % 7}", b"", index % 10, index % 10) for index in range(200)]


def make_verdicts(right: int, wrong: int) -> Verdicts:
    return np.array([True] * right + [False] * wrong)


def make_reading(others: int, mnist: int = 990) -> Reading:
    return Reading(make_verdicts(others, 1000 - others), make_verdicts(mnist, 1000 - mnist))


def make_refined(*, published: bool) -> Refined:
    before, after = (Version(Path("models"), "lenet5", version) for version in ("1", "2"))
    return Refined(before, after if published else before, frozenset(), 1.0, 1.5, 100.0, "")


def test_three_tenths_of_the_labels_are_flipped_and_each_to_another_digit() -> None:
    flipped = flip_labels(DRAWINGS)
    assert sum(drawing.label != drawing.true for drawing in flipped) == 60
    assert [drawing.true for drawing in flipped] == [drawing.true for drawing in DRAWINGS]
    assert len({(drawing.label - drawing.true) % 10 for drawing in flipped}) > 5


def test_suspected_shares_count_wrong_and_right_labels_apart() -> None:
    posted = [Posted(uuid4(), drawing) for drawing in flip_labels(DRAWINGS)]
    wrong = [one.id for one in posted if one.drawing.label != one.drawing.true]
    right = [one.id for one in posted if one.drawing.label == one.drawing.true]
    assert count_suspected(posted, {*wrong[:45], *right[:7]}) == (0.75, 0.05)


def test_each_vandal_says_three_about_other_digits_under_one_or_many_names() -> None:
    attacks = {name: attack(DRAWINGS) for name, (_, attack) in ATTACKS.items()}
    assert all(any(drawing.label == 3 != drawing.true for drawing in attack) for attack in attacks.values())
    assert {name: len({drawing.person for drawing in attack}) for name, attack in attacks.items()} == {
        "vandal": 1,
        "slow-vandal": 1,
        "many-vandals": 100,
    }


def test_the_slow_vandal_draws_ten_a_day_and_says_the_truth_every_second_time() -> None:
    drawn = label_slowly(DRAWINGS)
    assert all(drawing.label == drawing.true for drawing in drawn[::2])
    assert all(drawing.label == 3 for drawing in drawn[1::2])
    days = {drawing.drawn_at.date() for drawing in drawn if drawing.drawn_at}
    assert len(days) in {20, 21}


@pytest.mark.parametrize(("after", "said"), [(960, "67 %"), (980, "100 %"), (920, "0 %"), (900, "-33 %")])
def test_the_gain_is_a_share_of_the_distance(after: int, said: str) -> None:
    assert write_distance(0.92, after / 1000, 0.98) == said


def test_without_a_distance_there_is_no_share() -> None:
    assert write_distance(0.92, 0.93, 0.92) == "–"


def test_the_change_of_mnist_is_in_points() -> None:
    assert write_change(make_reading(900, 991), make_reading(900, 990)) == "99.10 % → 99.00 % (-0.10 points)"


def test_the_gain_that_stays_is_compared_with_the_gain_from_right_labels() -> None:
    right_labels = Outcome(rows=[], points={"before": [0.9], "after": [0.98]})
    assert write_kept(0.06, right_labels) == "75 %"
    assert write_kept(0.06, None).startswith("not measured")


def test_an_attack_that_is_held_back_and_a_harmful_one_are_told_apart() -> None:
    before = make_reading(920)
    held_back = Lesson([], make_refined(published=False), before, before)
    harmful = Lesson([], make_refined(published=True), before, make_reading(800))
    harmless = Lesson([], make_refined(published=True), before, make_reading(921))
    assert describe_end(held_back).startswith("held back")
    assert "worse: other writers" in describe_end(harmful)
    assert "it reads nothing worse" in describe_end(harmless)


def test_a_row_of_a_writer_says_whether_others_are_read_worse_beyond_noise() -> None:
    before = [make_verdicts(180, 20), make_verdicts(2900, 100)]
    after = [make_verdicts(192, 8), make_verdicts(2800, 200)]
    outcome = describe("pendigits/train/12", before, after, published=True)
    assert outcome.rows[0][2] == "20 → 8 of 200"
    assert outcome.rows[1][2] == "100 → 200 of 3,000: a rise beyond noise"
    assert outcome.points == {"before": [0.1], "after": [0.04]}
    assert outcome.names == ["12"]


def test_an_answer_with_the_probabilities_of_no_version_is_strange() -> None:
    known = {("1", 0): [0.1] * 10, ("2", 0): [1.0, *[0.0] * 9]}
    tally = Tally()
    for version, probabilities in (("1", [0.1] * 10), ("1", [1.0, *[0.0] * 9]), ("3", [0.1] * 10)):
        answer = Prediction(
            id=uuid4(),
            digit=0,
            confidence=0.1,
            probabilities=probabilities,
            digit_score=1.0,
            model=ModelVersion(name="lenet5", version=version),
            elapsed_ms=1.0,
        )
        check_answer(answer, 0, known, tally)
    assert tally.answers == {"1": 2, "3": 1}
    assert len(tally.strange) == 2


def test_a_latency_above_every_turn_without_a_shadow_is_more_than_noise() -> None:
    assert write_latencies([2.0, 2.2, 2.4], [2.1, 2.3, 2.6]).endswith("within noise")
    assert write_latencies([2.0, 2.2, 2.4], [2.5, 2.6, 2.7]).endswith("higher")
