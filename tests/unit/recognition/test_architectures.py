"""Every network by its name: what it takes, what it gives, how large it is."""

import pytest
import torch

from shared.recognition.architectures import ARCHITECTURES, build_network, count_parameters, member_logits
from shared.recognition.architectures.ensemble import view

PARAMETERS = {
    "cnn": 1_199_882,
    "mlp": 109_386,
    "lenet5": 61_706,
    "vit": 156_618,
    "best": 1_127_558,
    "best_large": 4_544_332,
}


def test_the_sizes_of_all_networks_are_known() -> None:
    assert {name: count_parameters(build_network(name)) for name in ARCHITECTURES} == PARAMETERS


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_turns_images_into_ten_logits(name: str) -> None:
    logits = build_network(name).eval()(torch.randn(3, 1, 28, 28))
    assert logits.shape == (3, 10)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_image_is_read_the_same_in_any_batch(name: str) -> None:
    network = build_network(name).eval()
    images = torch.randn(4, 1, 28, 28)
    with torch.inference_mode():
        together, alone = network(images), torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_an_ensemble_answers_with_the_mean_of_its_members_over_five_views() -> None:
    network = build_network("best").eval()
    images = torch.zeros(2, 1, 28, 28)
    images[:, :, 5:23, 5:23] = torch.randn(2, 1, 18, 18)
    moves = [(0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    with torch.inference_mode():
        answers = [member_logits(network, images.roll(move, (2, 3))).mean(dim=0) for move in moves]
        torch.testing.assert_close(network(images), torch.stack(answers).mean(dim=0))


def test_a_member_looks_once() -> None:
    network = build_network("best").eval()
    images = torch.randn(2, 1, 28, 28)
    with torch.inference_mode():
        members = torch.stack([member(images) for member in network.members])  # type: ignore[attr-defined]
        torch.testing.assert_close(member_logits(network, images), members)


def test_what_is_no_ensemble_is_its_only_member() -> None:
    network = build_network("lenet5").eval()
    images = torch.randn(2, 1, 28, 28)
    with torch.inference_mode():
        torch.testing.assert_close(member_logits(network, images), network(images)[None])


def test_the_border_of_an_image_stays_when_it_is_moved() -> None:
    ramp = torch.arange(28.0).expand(1, 1, 28, 28)
    assert {float(seen[0, 0, 0, 0]) for seen in view(ramp)} == {0.0, 1.0}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="vit"):
        build_network("resnet")
