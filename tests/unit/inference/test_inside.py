"""Layers and gradients in numpy, held against torch; and the change that makes a model read another digit."""

from base64 import b64decode
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Picture
from torch import Tensor, nn

from services.inference.engines.choice import choose_engine
from services.inference.inside.change import STEP_INK, add_dabs, find_change
from services.inference.inside.layer_messages import describe_layers
from services.inference.inside.look import look_inside
from services.inference.inside.plain_network import LAYERS, load_plain_network, scale
from services.inference.recogniser import Recogniser, load_recogniser
from shared.contracts.examples import SEVEN_PIXELS
from shared.contracts.inside import ConvolutionLayer, DenseLayer, OutputLayer
from shared.recognition.model_version import Manifest, ModelVersionError, find_manifest
from shared.recognition.weights import load_network
from shared.web.problems import ProblemError
from tests.integration.inference.conftest import MODELS

SEVEN = np.array(SEVEN_PIXELS, np.uint8)
NOISE = np.random.default_rng(23).integers(0, 256, (28, 28)).astype(np.uint8)
PLAIN = sorted(LAYERS)


def manifest_of(name: str) -> Manifest:
    return find_manifest(MODELS, name)


@cache
def recogniser_of(name: str) -> Recogniser:
    return load_recogniser(MODELS, manifest_of(name).reference, choose_engine("auto", "cpu"))


def record_layers(name: str, image: np.ndarray) -> dict[str, np.ndarray]:
    """The output of each layer before its ReLU, as hooks of torch see it."""
    network, seen = load_network(MODELS, manifest_of(name)), {}

    def record(layer: str) -> object:
        return lambda module, inputs, output: seen.__setitem__(layer, output[0].detach().numpy())

    for layer, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(record(layer))
    network(manifest_of(name).normalisation(torch.from_numpy(image[None])))
    return seen


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("image", [SEVEN, NOISE], ids=["seven", "noise"])
def test_every_layer_gives_what_torch_gives(name: str, image: np.ndarray) -> None:
    hooked = record_layers(name, image)
    network = load_plain_network(MODELS, manifest_of(name))
    layers = describe_layers(network, network.run(scale(image)), manifest_of(name).calibration)
    assert [layer.name for layer in layers] == list(hooked)
    for layer in layers:
        expected = hooked[layer.name]
        match layer:
            case ConvolutionLayer():
                maps = np.frombuffer(layer.values, np.uint8).reshape(len(layer.maps), layer.rows, layer.columns)
                positive = expected.clip(0)
                np.testing.assert_allclose(maps, positive / positive.max() * 255, atol=0.51)
                strengths = [each.strength for each in layer.maps]
                np.testing.assert_allclose(strengths, positive.max(axis=(1, 2)) / positive.max(), atol=1e-3)
            case DenseLayer():
                np.testing.assert_allclose(layer.values, expected.clip(0), atol=1e-3)
            case OutputLayer():
                np.testing.assert_allclose(layer.logits, expected, atol=1e-3)


@pytest.mark.parametrize("name", PLAIN)
def test_the_gradient_is_that_of_torch(name: str) -> None:
    weights = np.linspace(-1, 1, 10, dtype=np.float32)
    normalise = manifest_of(name).normalisation
    pixels = torch.from_numpy(scale(NOISE)).requires_grad_()
    logits: Tensor = load_network(MODELS, manifest_of(name))(normalise(pixels[None] * 255))[0]
    (logits * torch.from_numpy(weights)).sum().backward()
    network = load_plain_network(MODELS, manifest_of(name))
    gradient = network.compute_gradient(network.run(scale(NOISE)), weights)
    assert pixels.grad is not None
    np.testing.assert_allclose(gradient, pixels.grad.numpy(), atol=1e-4)


def test_the_votes_and_the_bias_of_a_digit_add_up_to_its_output() -> None:
    network = load_plain_network(MODELS, manifest_of("cnn"))
    layers = describe_layers(network, network.run(scale(SEVEN)), manifest_of("cnn").calibration)
    clues, outputs = layers[-2:]
    assert isinstance(clues, DenseLayer)
    assert isinstance(outputs, OutputLayer)
    assert clues.votes is not None
    bias = network.steps[-1].bias
    np.testing.assert_allclose(np.sum(clues.votes, axis=1) + bias, outputs.logits, atol=0.1)


def test_a_map_responds_only_to_the_pixels_that_its_layer_names() -> None:
    """For every convolution of lenet5, which has padding and pooling: changing the other pixels changes nothing."""
    network = load_plain_network(MODELS, manifest_of("lenet5"))
    calibration = manifest_of("lenet5").calibration
    for place, row, column in ((0, 3, 20), (1, 4, 6)):
        layer = describe_layers(network, network.run(scale(SEVEN)), calibration)[place]
        assert isinstance(layer, ConvolutionLayer)
        top, left = layer.start + layer.stride * row, layer.start + layer.stride * column
        seen = np.s_[max(top, 0) : top + layer.reach, max(left, 0) : left + layer.reach]
        elsewhere = NOISE.copy()
        elsewhere[seen] = SEVEN[seen]
        step = 1 + next(
            number for number, name in enumerate(network.names) if name == layer.name
        )  # after the convolution
        before, after = (network.run(scale(image))[step][:, row, column] for image in (SEVEN, elsewhere))
        np.testing.assert_allclose(after, before, atol=1e-4)
        elsewhere[max(top, 0), max(left, 0)] = 255 - SEVEN[max(top, 0), max(left, 0)]
        assert np.abs(network.run(scale(elsewhere))[step][:, row, column] - before).max() > 1e-4


@pytest.mark.parametrize("name", PLAIN)
def test_the_changed_image_is_read_as_the_other_digit(name: str) -> None:
    recogniser = recogniser_of(name)
    network = load_plain_network(MODELS, manifest_of(name))
    found = find_change(network, recogniser, SEVEN, 1)
    assert found is not None
    again = recogniser.recognise(found.image[None])
    assert again.digits[0] == 1
    assert again.probabilities[0, 1] == pytest.approx(found.confidence)
    assert found.confidence >= 0.5


def test_the_same_image_gets_the_same_change() -> None:
    first, second = (look_inside(MODELS, recogniser_of("cnn"), SEVEN, 7) for _ in range(2))
    assert first.change is not None
    assert first == second
    changed = np.asarray(Picture.open(BytesIO(b64decode(first.change.image)))).astype(float)
    assert (changed - SEVEN).clip(0).sum() / 255 == pytest.approx(first.change.added, abs=0.01)
    assert (SEVEN - changed).clip(0).sum() / 255 == pytest.approx(first.change.removed, abs=0.01)
    assert first.change.added + first.change.removed < 0.5 * SEVEN.sum() / 255  # far less ink than the seven has
    assert first.second == first.change.digit != 7


def test_a_step_changes_a_little_ink_and_stays_between_black_and_white() -> None:
    image = scale(SEVEN)
    changed = add_dabs(image, np.random.default_rng(1).normal(size=(28, 28)).astype(np.float32))
    assert 0 < np.abs(changed - image).sum() <= STEP_INK + 1e-3
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert np.array_equal(add_dabs(image, np.zeros((28, 28), np.float32)), image)


@pytest.mark.parametrize("name", ["best", "vit"])
def test_a_network_that_is_no_row_of_layers_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ProblemError, match=f"The model {name} can't be looked into") as refused:
        load_plain_network(MODELS, manifest_of(name))
    assert refused.value.code == "invalid_request"


def test_missing_and_broken_weights_are_an_error_of_the_version(tmp_path: Path) -> None:
    manifest = manifest_of("mlp")
    with pytest.raises(ModelVersionError, match=r"weights of mlp/.* can't be read"):
        load_plain_network(tmp_path, manifest)
    folder = tmp_path / manifest.name / manifest.version
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelVersionError, match=r"weights of mlp/.* can't be read"):
        load_plain_network(tmp_path, manifest)
