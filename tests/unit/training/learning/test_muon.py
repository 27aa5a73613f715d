"""Tests of Muon: which steps are orthogonal, which steps are AdamW's, and continuing from a saved state."""

import copy

import pytest
import torch
from torch import Tensor
from torch.nn import Parameter
from torch.optim import AdamW

from training.learning.muon import Muon, orthogonalise


def step(weights: Tensor, gradient: Tensor, times: int = 1, optimizer: type[Muon | AdamW] = Muon) -> Tensor:
    """Return how far the weights moved (before minus after), with the same gradient each time and no weight decay."""
    parameter = Parameter(weights.clone())
    stepping = optimizer([parameter], lr=0.01, weight_decay=0.0)
    for _ in range(times):
        parameter.grad = gradient.clone()
        stepping.step()
    return weights - parameter.detach()


@pytest.mark.parametrize("shape", [(16, 16), (16, 100), (100, 16)])
def test_singular_values_end_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 1e-3
    values = torch.linalg.svdvals(orthogonalise([matrix])[0])
    assert values.shape == (16,)
    assert (values > 0.6).all()
    assert (values < 1.3).all()


def test_singular_vectors_stay_the_same() -> None:
    matrix = torch.randn(20, 30, generator=torch.Generator().manual_seed(1))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert torch.allclose(left.T @ orthogonalise([matrix])[0] @ right.T, torch.eye(20), atol=0.4)


def test_a_matrix_has_the_same_result_alone_and_beside_others() -> None:
    matrices = [
        torch.randn(shape, generator=torch.Generator().manual_seed(1)) for shape in [(20, 30), (90, 40), (64, 64)]
    ]
    for matrix, together in zip(matrices, orthogonalise(matrices), strict=True):
        assert torch.allclose(orthogonalise([matrix])[0], together, atol=1e-4)


@pytest.mark.parametrize("shape", [(64, 32, 3, 3), (128, 576), (64, 16, 1, 1)])
def test_steps_of_hidden_layers_are_as_large_as_with_adamw_for_any_size_of_gradient(shape: tuple[int, ...]) -> None:
    gradient = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    moved = step(torch.zeros(shape), gradient)
    assert float(moved.square().mean().sqrt()) == pytest.approx(0.01 * 0.2, rel=0.3)
    assert (moved * gradient).sum() > 0
    assert torch.allclose(moved, step(torch.zeros(shape), gradient * 1024), atol=1e-6)


@pytest.mark.parametrize("shape", [(32, 1, 3, 3), (10, 128), (64,)])
def test_all_other_weights_step_as_with_adamw(shape: tuple[int, ...]) -> None:
    gradient = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(step(torch.ones(shape), gradient, 5), step(torch.ones(shape), gradient, 5, AdamW), atol=1e-6)


def test_weights_without_a_gradient_stay_the_same() -> None:
    weights = [Parameter(torch.ones(32, 32)), Parameter(torch.ones(32)), Parameter(torch.ones(32, 32))]
    weights[2].grad = torch.ones(32, 32)
    Muon(weights, lr=0.1, weight_decay=0.5).step()
    assert [bool((each == 1).all()) for each in weights] == [True, True, False]


def test_weights_decay() -> None:
    parameter = Parameter(torch.ones(32, 32))
    parameter.grad = torch.zeros(32, 32)
    Muon([parameter], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(parameter.detach(), torch.full((32, 32), 0.95))


def test_an_optimizer_continued_from_its_state_steps_like_one_that_never_stopped() -> None:
    gradients = torch.randn(4, 20, 20, generator=torch.Generator().manual_seed(1))
    one, other = ([Parameter(torch.ones(20, 20)), Parameter(torch.ones(20))] for _ in range(2))
    through, stopped = Muon(one, lr=0.1, weight_decay=0.1), Muon(other, lr=0.1, weight_decay=0.1)
    for number, gradient in enumerate(gradients):
        if number == 2:
            saved = copy.deepcopy(stopped.state_dict())
            stopped = Muon(other, lr=0.1, weight_decay=0.1)
            stopped.load_state_dict(saved)
        for optimizer, (matrix, vector) in ((through, one), (stopped, other)):
            matrix.grad, vector.grad = gradient.clone(), gradient[0].clone()
            optimizer.step()
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])
