"""Muon: hidden layers step along their momentum made orthogonal (Jordan et al. 2024), all other weights as AdamW's do.

Both kinds of step are about as large (Liu et al. 2025, «Muon is Scalable for LLM Training», §2.2), so that they share
a learning rate and a weight decay. torch.optim.Muon takes neither convolutions nor anything that is not a matrix.
"""

from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.optim import Optimizer

NARROWEST = 16  # sides of a hidden layer's matrix; a first convolution of 3×3 and ten outputs are narrower
MOMENTUM = 0.95
BETAS, EPSILON = (0.9, 0.999), 1e-8  # of AdamW
ROOT_MEAN_SQUARE = 0.2  # of an AdamW step, in learning rates
ITERATIONS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's: singular values end between 0.7 and 1.2


class Muon(Optimizer):
    """Convolutions are matrices of filters × all else. The average of the momentum is Nesterov's."""

    def __init__(self, parameters: Iterable[Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One update of every weight that has a gradient."""
        with torch.enable_grad():
            loss = closure() if closure else None
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    direction = orthogonal_direction if is_hidden(weights) else adam_direction
                    weights.mul_(1 - group["lr"] * group["weight_decay"])
                    weights.add_(direction(weights.grad, self.state[weights]), alpha=-group["lr"])
        return loss


def is_hidden(weights: Tensor) -> bool:
    """Whether there is something to make orthogonal."""
    return weights.ndim > 1 and min(len(weights), weights[0].numel()) >= NARROWEST


def orthogonal_direction(gradient: Tensor, state: dict[str, Any]) -> Tensor:
    """Of the gradient's shape, and of the size of AdamW's."""
    if not state:
        state["momentum"] = torch.zeros_like(gradient)
    average: Tensor = state["momentum"].lerp_(gradient, 1 - MOMENTUM)
    matrix = orthogonalise(gradient.lerp(average, MOMENTUM).flatten(1))
    size: float = ROOT_MEAN_SQUARE * max(matrix.shape) ** 0.5
    return (matrix * size).reshape(gradient.shape)


def orthogonalise(matrix: Tensor) -> Tensor:
    """(R, C) → the same singular vectors and singular values near 1, by Newton and Schulz.

    Each iteration is a product from the left, so that they are carried out in (R, R) and meet the matrix once.
    """
    if len(matrix) > matrix.shape[1]:
        return orthogonalise(matrix.T).T
    matrix = matrix / matrix.norm().clamp_min(1e-7)
    identity = torch.eye(len(matrix), device=matrix.device)
    gram, product = matrix @ matrix.T, identity
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        factor = a * identity + b * gram + c * gram @ gram
        gram, product = factor @ gram @ factor, factor @ product
    return product @ matrix


def adam_direction(gradient: Tensor, state: dict[str, Any]) -> Tensor:
    """Kingma and Ba 2015, algorithm 1."""
    if not state:
        state |= {"steps": 0, "mean": torch.zeros_like(gradient), "square": torch.zeros_like(gradient)}
    state["steps"] += 1
    mean: Tensor = state["mean"].lerp_(gradient, 1 - BETAS[0]) / (1 - BETAS[0] ** state["steps"])
    square: Tensor = state["square"].lerp_(gradient**2, 1 - BETAS[1]) / (1 - BETAS[1] ** state["steps"])
    return mean / (square.sqrt() + EPSILON)
