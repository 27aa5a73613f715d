"""What a batch is made from: parts of a mixture, digits and what is none."""

import torch

from tests.unit.training.toy_data import bars, pen_character
from training.data.doodles import make_not_digits
from training.data.labelled_images import NOT_A_DIGIT
from training.data.sources import Mixture, Part, as_image_source, as_stroke_source


def plain(count: int) -> Part:
    return Part("bars", as_image_source(bars(count), augmented=False))


def test_a_mixture_goes_through_a_part_as_often_as_it_says() -> None:
    mixture = Mixture([plain(6), Part("pen", as_stroke_source([pen_character(7), pen_character("f")]), 3)])
    assert len(mixture) == 12
    _, labels = mixture.draw(torch.arange(12), torch.Generator().manual_seed(0))
    assert sorted(labels.tolist()) == [NOT_A_DIGIT] * 3 + [0] * 3 + [1] * 3 + [7] * 3


def test_images_and_labels_stay_together() -> None:
    images, labels = Mixture([plain(6), plain(4)]).draw(torch.tensor([9, 0, 3]), torch.Generator().manual_seed(0))
    upright = images[:, 4, 14] > 0
    assert upright.long().tolist() == labels.tolist()


def test_without_augmentation_images_are_as_stored() -> None:
    images, _ = Mixture([plain(4)]).draw(torch.arange(4), torch.Generator().manual_seed(0))
    assert torch.equal(images, torch.from_numpy(bars(4).images).float())


def test_a_hash_tells_the_data_apart() -> None:
    assert plain(4).sha256() == plain(4).sha256() != plain(6).sha256()


def test_made_up_things_are_of_many_kinds_and_all_no_digit() -> None:
    made = make_not_digits(240, [pen_character("f")], seed=1)
    assert {character.label for character in made} == {"not a digit"}
    assert set(as_stroke_source(made).labels.tolist()) == {NOT_A_DIGIT}
    assert len({len(character.strokes) for character in made}) > 4


def test_the_same_seed_makes_up_the_same_things() -> None:
    first, second, other = (Part("", as_stroke_source(make_not_digits(40, [], seed))).sha256() for seed in (1, 1, 2))
    assert first == second != other
