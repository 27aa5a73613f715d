"""Every architecture: its input, its output and its size."""

import pytest
import torch

from shared.recognition.architectures import ARCHITECTURES, build_network, count_parameters

PARAMETERS = {
    "cnn": 1_199_882,
    "mlp": 109_386,
    "lenet5": 61_706,
    "vit": 156_618,
    "best": 1_127_558,
}


def test_every_architecture_has_its_documented_number_of_parameters() -> None:
    assert {name: count_parameters(build_network(name)) for name in ARCHITECTURES} == PARAMETERS


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_turns_images_into_ten_logits(name: str) -> None:
    logits = build_network(name).eval()(torch.randn(3, 1, 28, 28))
    assert logits.shape == (3, 10)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_image_has_the_same_logits_in_any_batch(name: str) -> None:
    network = build_network(name).eval()
    images = torch.randn(4, 1, 28, 28)
    with torch.inference_mode():
        together, alone = network(images), torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_an_ensemble_gives_the_mean_logits_of_its_members() -> None:
    network = build_network("best").eval()
    images = torch.randn(2, 1, 28, 28)
    with torch.inference_mode():
        members = torch.stack([member(images) for member in network.members])  # type: ignore[attr-defined]
        torch.testing.assert_close(network(images), members.mean(dim=0))


def test_the_error_for_an_unknown_architecture_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="vit"):
        build_network("resnet")
