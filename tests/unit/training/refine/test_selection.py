"""Tests of the rules of a selection, with probabilities that are given."""

import numpy as np
from numpy.typing import NDArray

from tests.unit.training.refine.people import build_town, make_drawings, uuid
from training.data.labelled_images import NOT_A_DIGIT
from training.data.people_drawings import PeopleDrawings
from training.refine.probe import Probabilities
from training.refine.selection import Selection, SelectionSettings, select

COUNT = 200
TRUTH = np.arange(COUNT) % 10


def sure_of(digits: NDArray[np.int64]) -> Probabilities:
    """Return probabilities of a network that knows the truth."""
    probabilities = np.full((len(digits), 11), 0.01)
    probabilities[np.arange(len(digits)), digits % 11] = 0.9
    return probabilities


def drawn_by(owners: list[str], labels: NDArray[np.int64], **changes: object) -> PeopleDrawings:
    images = np.random.default_rng(1).integers(0, 256, (len(owners), 28, 28)).astype(np.uint8)
    return make_drawings(images, labels, owners, **changes)  # type: ignore[arg-type]


def rows_of(selection: Selection) -> list[int]:
    parts = [selection.train, selection.held_out, *selection.left_out.values()]
    return sorted(np.concatenate(parts).tolist())


def wrong_at(*rows: int) -> NDArray[np.int64]:
    labels = TRUTH.copy()
    labels[list(rows)] = (labels[list(rows)] + 1) % 10
    return labels


def test_a_suspected_label_is_neither_used_nor_lost():
    drawings = drawn_by([""] * COUNT, wrong_at(3, 8))
    selection = select(drawings, sure_of(TRUTH))
    assert selection.left_out["suspected"].tolist() == [3, 8]
    assert {str(one.id) for one in selection.suspected} == {uuid(3), uuid(8)}
    assert {(one.label, one.suggested) for one in selection.suspected} == {(4, 3), (9, 8)}
    assert rows_of(selection) == list(range(COUNT))


def test_a_label_that_a_curator_confirmed_is_used():
    reviewed = np.arange(COUNT) == 3
    selection = select(drawn_by([""] * COUNT, wrong_at(3, 8), reviewed=reviewed), sure_of(TRUTH))
    assert selection.left_out["suspected"].tolist() == [8]
    assert 3 in np.concatenate([selection.train, selection.held_out])


def test_a_digit_that_was_labelled_as_none_is_suspected_and_the_reverse():
    labels, truth = TRUTH.copy(), TRUTH.copy()
    labels[5], truth[6] = NOT_A_DIGIT, NOT_A_DIGIT
    selection = select(drawn_by([""] * COUNT, labels), sure_of(truth))
    assert {(one.label, one.suggested) for one in selection.suspected} == {(NOT_A_DIGIT, 5), (6, NOT_A_DIGIT)}


def test_the_least_likely_labels_are_shown_first():
    probabilities = sure_of(TRUTH)
    probabilities[8, 9] = 0.0001
    selection = select(drawn_by([""] * COUNT, wrong_at(3, 8)), probabilities)
    assert [str(one.id) for one in selection.suspected] == [uuid(8), uuid(3)]


def test_all_labels_of_an_owner_are_set_aside_if_most_are_suspected():
    owners = ["vandal"] * 10 + [""] * (COUNT - 10)
    selection = select(drawn_by(owners, wrong_at(*range(6))), sure_of(TRUTH))
    assert selection.left_out["suspected"].tolist() == [0, 1, 2, 3, 4, 5]
    assert selection.left_out["owner"].tolist() == [6, 7, 8, 9]
    assert any("most labels of their owners" in sentence for sentence in selection.describe())


def test_a_reviewed_label_and_one_by_a_curator_are_used_even_of_a_vandal():
    owners = ["vandal"] * 10 + [""] * (COUNT - 10)
    labelled_by = ["vandal"] * 9 + ["curator"] + [""] * (COUNT - 10)
    reviewed = np.arange(COUNT) == 8
    drawings = drawn_by(owners, wrong_at(*range(6)), labelled_by=labelled_by, reviewed=reviewed)
    assert select(drawings, sure_of(TRUTH)).left_out["owner"].tolist() == [6, 7]


def test_an_owner_with_few_labels_is_not_judged():
    owners = ["beginner"] * 2 + [""] * (COUNT - 2)
    assert select(drawn_by(owners, wrong_at(0, 1)), sure_of(TRUTH)).left_out["owner"].tolist() == []


def test_an_owner_over_the_share_is_reported():
    drawings = drawn_by(["a"] * COUNT, TRUTH)
    selection = select(drawings, sure_of(TRUTH), SelectionSettings(few=40))
    assert len(selection.train) == 40
    assert len(selection.held_out) == 10
    assert selection.describe()[1:] == [f"{COUNT - 50} labels are not used, because their owners give enough already"]


def test_a_fifth_is_held_out_and_no_owner_is_in_both_parts():
    drawings = build_town(honest=30, of_each=30).drawings
    selection = select(drawings, sure_of(drawings.labels))
    assert not set(drawings.owners[selection.train]) & set(drawings.owners[selection.held_out])
    assert 0.1 < len(selection.held_out) / len(drawings) < 0.4
    assert len(selection.train) + len(selection.held_out) > 0.9 * len(drawings)
