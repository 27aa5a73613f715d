"""Muon: hidden layers step along their momentum made orthogonal (Jordan et al. 2024), all other weights as AdamW's do.

Both kinds of step are about as large (Liu et al. 2025, «Muon is Scalable for LLM Training», §2.2), so that they share
a learning rate and a weight decay. torch.optim.Muon takes neither convolutions nor anything that is not a matrix.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.nn.functional import pad
from torch.optim import Optimizer
from torch.optim.adamw import adamw

States = dict[Tensor, dict[str, Any]]

NARROWEST = 16  # sides of a hidden layer's matrix; a first convolution of 3×3 and ten outputs are narrower
MOMENTUM = 0.95
BETAS, EPSILON = (0.9, 0.999), 1e-8  # of AdamW
ROOT_MEAN_SQUARE = 0.2  # of an AdamW step, in learning rates
ITERATIONS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's: singular values end between 0.7 and 1.2
PADDED_TO = 64  # rows and a multiple of it: matrices of one size iterate together, in a few calls that a GPU fills


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
            weights = [each for each in group["params"] if each.grad is not None]
            rate, decay = group["lr"], group["weight_decay"]
            step_orthogonally([each for each in weights if is_hidden(each)], self.state, rate, decay)
            step_as_adamw([each for each in weights if not is_hidden(each)], self.state, rate, decay)
        return loss


def is_hidden(weights: Tensor) -> bool:
    """Whether there is something to make orthogonal."""
    return weights.ndim > 1 and min(len(weights), weights[0].numel()) >= NARROWEST


def step_orthogonally(weights: list[Tensor], states: States, rate: float, decay: float) -> None:
    """As far as AdamW would step."""
    if not weights:
        return
    gradients = [each.grad for each in weights if each.grad is not None]
    for each in weights:
        if not states[each]:
            states[each]["momentum"] = torch.zeros_like(each)
    averages = [states[each]["momentum"] for each in weights]
    torch._foreach_lerp_(averages, gradients, 1 - MOMENTUM)
    ahead = torch._foreach_lerp(gradients, averages, MOMENTUM)
    torch._foreach_mul_(weights, 1 - rate * decay)
    for each, direction in zip(weights, orthogonalise([momentum.flatten(1) for momentum in ahead]), strict=True):
        size = ROOT_MEAN_SQUARE * max(direction.shape) ** 0.5
        each.add_(direction.reshape(each.shape), alpha=-rate * size)


def orthogonalise(matrices: Sequence[Tensor]) -> list[Tensor]:
    """(R, C) each → the same singular vectors and singular values near 1, by Newton and Schulz.

    Each iteration is a product from the left, so that they are carried out in (R, R) and meet the matrix once.
    """
    wide = [matrix if len(matrix) <= matrix.shape[1] else matrix.T for matrix in matrices]
    sides = [-(-len(matrix) // PADDED_TO) * PADDED_TO for matrix in wide]
    orthogonal = list(wide)
    for side in set(sides):
        alike = [index for index, each in enumerate(sides) if each == side]
        grams = [wide[index] @ wide[index].T for index in alike]
        padded = torch.stack([pad(gram, (0, side - len(gram)) * 2) for gram in grams])
        for index, gram, product in zip(alike, grams, iterate(padded), strict=True):
            orthogonal[index] = product[: len(gram), : len(gram)] @ wide[index]
    return [new if len(old) <= old.shape[1] else new.T for old, new in zip(matrices, orthogonal, strict=True)]


def iterate(grams: Tensor) -> Tensor:
    """Products (B, R, R) of each matrix with itself → what to multiply each matrix with."""
    squared_norms = grams.diagonal(dim1=1, dim2=2).sum(1).clamp_min(1e-14)[:, None, None]
    gram = grams / squared_norms
    product = torch.eye(grams.shape[1], dtype=grams.dtype, device=grams.device) / squared_norms.sqrt()
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        factor.diagonal(dim1=1, dim2=2).add_(a)
        gram, product = factor @ gram @ factor, factor @ product
    return product


def step_as_adamw(weights: list[Tensor], states: States, rate: float, decay: float) -> None:
    """torch's own."""
    if not weights:
        return
    for each in weights:
        if not states[each]:
            zeros = {name: torch.zeros_like(each) for name in ("exp_avg", "exp_avg_sq")}
            states[each] |= {"step": torch.tensor(0.0), **zeros}
    averages, squares, steps = ([states[each][name] for each in weights] for name in ("exp_avg", "exp_avg_sq", "step"))
    adamw(
        weights,
        [each.grad for each in weights if each.grad is not None],
        averages,
        squares,
        [],
        steps,
        amsgrad=False,
        beta1=BETAS[0],
        beta2=BETAS[1],
        lr=rate,
        weight_decay=decay,
        eps=EPSILON,
        maximize=False,
    )
