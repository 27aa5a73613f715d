"""What gets into a selection when some of the people label wrongly on purpose, or everybody by accident."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.training.refine.people import Town, build_town, draw_digits, make_drawings
from training.data.labelled_images import NOT_A_DIGIT
from training.refine.probe import Judge, estimate_probabilities
from training.refine.selection import Selection, select


def select_in(town: Town, judge: Judge) -> Selection:
    return select(town.drawings, estimate_probabilities(town.drawings, judge))


def used_rows(selection: Selection) -> NDArray[np.int64]:
    return np.concatenate([selection.train, selection.held_out])


def share_through(town: Town, selection: Selection) -> float:
    return float(town.wrong[used_rows(selection)].sum() / town.wrong.sum())


def share_kept(town: Town, selection: Selection) -> float:
    """Return the share of the honest people's drawings that are used."""
    honest = ~town.by_vandals
    return float(honest[used_rows(selection)].sum() / honest.sum())


@pytest.mark.parametrize("lie", [3, NOT_A_DIGIT])
def test_of_one_vandal_who_gives_everything_one_label_nothing_gets_through(judge, lie):
    town = build_town(vandals=1, of_each_vandal=300, lie=lie)
    selection = select_in(town, judge)
    assert share_through(town, selection) <= 0.01
    assert share_kept(town, selection) >= 0.95


def test_of_a_slow_vandal_who_mixes_right_labels_in_little_gets_through(judge):
    town = build_town(vandals=1, of_each_vandal=300, wrong=0.3)
    selection = select_in(town, judge)
    assert share_through(town, selection) <= 0.1
    assert town.wrong[selection.train].mean() <= 0.02
    assert share_kept(town, selection) >= 0.95


@pytest.mark.parametrize("of_each", [2, 10])
def test_of_many_vandals_who_give_everything_one_label_nothing_gets_through(judge, of_each):
    town = build_town(vandals=400 // of_each, of_each_vandal=of_each)
    selection = select_in(town, judge)
    assert share_through(town, selection) <= 0.05
    assert share_kept(town, selection) >= 0.95


def test_of_many_vandals_who_mix_right_labels_in_little_gets_through(judge):
    town = build_town(vandals=40, of_each_vandal=10, wrong=0.5)
    selection = select_in(town, judge)
    assert share_through(town, selection) <= 0.15
    assert town.wrong[selection.train].mean() <= 0.05


def test_scribbles_that_are_called_threes_do_not_get_through(judge):
    town = build_town()
    noise = np.random.default_rng(1).integers(0, 256, (200, 28, 28)).astype(np.uint8)
    images = np.concatenate([town.drawings.images, noise])
    labels = np.concatenate([town.drawings.labels, np.full(200, 3)])
    drawings = make_drawings(images, labels, [*town.drawings.owners, *["a vandal"] * 200])
    selection = select(drawings, estimate_probabilities(drawings, judge))
    assert (used_rows(selection) >= len(town.drawings)).sum() <= 10


def test_a_vandal_alone_teaches_nothing(judge):
    drawn = draw_digits(400)
    drawings = make_drawings(drawn.images, np.full(400, 3), ["a"] * 400)
    selection = select(drawings, estimate_probabilities(drawings, judge))
    assert (drawn.labels[used_rows(selection)] == 3).all()


def test_most_flipped_labels_are_suspected_and_few_others(judge):
    drawn, chance = draw_digits(900), np.random.default_rng(1)
    flipped = chance.random(900) < 0.3
    others = (drawn.labels + chance.integers(1, 11, 900)) % 11  # each other label, and "not a digit"
    labels = np.where(flipped, np.where(others == 10, NOT_A_DIGIT, others), drawn.labels)
    drawings = make_drawings(drawn.images, labels, [f"owner {number % 20}" for number in range(900)])
    selection = select(drawings, estimate_probabilities(drawings, judge))
    suspected = np.isin(np.arange(900), selection.left_out["suspected"])
    assert suspected[flipped].mean() >= 0.7
    assert suspected[~flipped].mean() <= 0.03


def test_what_is_not_a_digit_is_learned_from(judge):
    noise = np.random.default_rng(1).integers(0, 256, (60, 28, 28)).astype(np.uint8)
    drawn = draw_digits(200)
    labels = np.concatenate([drawn.labels, np.full(60, NOT_A_DIGIT)])
    drawings = make_drawings(np.concatenate([drawn.images, noise]), labels, [""] * 260)
    selection = select(drawings, estimate_probabilities(drawings, judge))
    assert (drawings.labels[used_rows(selection)] == NOT_A_DIGIT).sum() >= 57


def test_probabilities_are_the_same_in_every_run(judge):
    drawings = build_town().drawings
    assert (estimate_probabilities(drawings, judge) == estimate_probabilities(drawings, judge)).all()


def test_a_hand_that_the_network_cannot_read_is_believed(judge):
    """All write twos in a mirror; the probe learns that from their labels."""
    drawn = draw_digits(500)
    images = drawn.images.copy()
    mirrored = drawn.labels == 2
    images[mirrored] = images[mirrored][:, :, ::-1]
    drawings = make_drawings(images, drawn.labels, [f"owner {number % 4}" for number in range(500)])
    suspected = np.isin(np.arange(500), select(drawings, estimate_probabilities(drawings, judge)).left_out["suspected"])
    assert suspected[mirrored].mean() <= 0.2


def test_without_drawings_nothing_is_selected(judge):
    drawings = make_drawings(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64), [])
    selection = select(drawings, estimate_probabilities(drawings, judge))
    assert selection.describe() == ["0 labels to learn from, 0 to measure with"]
