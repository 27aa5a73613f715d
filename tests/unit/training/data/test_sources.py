"""Tests of sources and mixtures: batches come from all parts, and doodles are labelled as not a digit."""

import torch

from tests.unit.training.toy_data import bars, pen_character
from training.data.bold_doodles import KINDS, make_bold_doodles
from training.data.doodles import make_doodles
from training.data.labelled_images import NOT_A_DIGIT
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source


def plain_part(count: int) -> Part:
    return Part("bars", as_image_source(bars(count), augmented=False))


def test_a_mixture_uses_each_part_as_often_as_the_part_says() -> None:
    mixture = Mixture([plain_part(6), Part("pen", as_stroke_source([pen_character(7), pen_character("f")]), 3)])
    assert len(mixture) == 12
    _, labels = mixture.draw(torch.arange(12), torch.Generator().manual_seed(0))
    assert sorted(labels.tolist()) == [NOT_A_DIGIT] * 3 + [0] * 3 + [1] * 3 + [7] * 3


def test_images_and_labels_stay_together() -> None:
    images, labels = Mixture([plain_part(6), plain_part(4)]).draw(
        torch.tensor([9, 0, 3]), torch.Generator().manual_seed(0)
    )
    upright = images[:, 4, 14] > 0
    assert upright.long().tolist() == labels.tolist()


def test_without_augmentation_images_are_unchanged() -> None:
    images, _ = Mixture([plain_part(4)]).draw(torch.arange(4), torch.Generator().manual_seed(0))
    assert torch.equal(images, torch.from_numpy(bars(4).images).float())


def test_different_data_have_different_hashes() -> None:
    assert plain_part(4).sha256() == plain_part(4).sha256() != plain_part(6).sha256()


def test_doodles_are_of_many_kinds_and_all_labelled_not_a_digit() -> None:
    doodles = make_doodles(240, [pen_character("f")], seed=1)
    assert {character.label for character in doodles} == {"not a digit"}
    assert set(as_stroke_source(doodles).labels.tolist()) == {NOT_A_DIGIT}
    assert len({len(character.strokes) for character in doodles}) > 4


def test_the_same_seed_makes_the_same_doodles() -> None:
    first, second, other = (Part("", as_stroke_source(make_doodles(40, [], seed))).sha256() for seed in (1, 1, 2))
    assert first == second != other


def test_bold_doodles_go_through_all_kinds_and_the_same_seed_makes_the_same() -> None:
    doodles = make_bold_doodles(3 * len(KINDS), seed=1)
    assert {character.label for character in doodles} == {"not a digit"}
    first, second, other = (Part("", as_stroke_source(make_bold_doodles(40, seed))).sha256() for seed in (1, 1, 2))
    assert first == second != other


def test_a_blot_is_filled_and_a_box_is_empty() -> None:
    source = as_stroke_source(make_bold_doodles(4 * len(KINDS), seed=1), thickest_px=3.0)
    images = source.draw(torch.arange(len(source.labels)), torch.Generator().manual_seed(0)).reshape(4, len(KINDS), -1)
    covered = {kind.__name__: float((images[:, index] > 60).float().mean()) for index, kind in enumerate(KINDS)}
    assert covered["_make_blot"] > 1.2 * covered["_make_box"]
