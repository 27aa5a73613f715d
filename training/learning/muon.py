"""The optimizer Muon: hidden layers step along their momentum, made orthogonal. Other weights step as with AdamW.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks". The steps of both kinds are about
equally large (Liu et al. 2025, "Muon is Scalable for LLM Training", §2.2), so they share a learning rate and a weight
decay. torch.optim.Muon is not used because it accepts only matrices, not the weights of convolutions.
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

MIN_SIDE = 16  # least side of a matrix for Muon; the first convolution (9) and the output layer (10) are smaller
MOMENTUM = 0.95  # Jordan et al.
BETAS, EPSILON = (0.9, 0.999), 1e-8  # torch's defaults for AdamW
ROOT_MEAN_SQUARE = 0.2  # of an AdamW step / learning rate, as observed by Liu et al.
ITERATIONS = 5  # Jordan et al.
QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan et al.: all singular values end between 0.7 and 1.2
SIDE_MULTIPLE = 64  # sides are padded to a multiple, so that many matrices have one size and share calls on a GPU


class Muon(Optimizer):
    """Muon with Nesterov momentum. A convolution's weights (F, C, H, W) are treated as a matrix (F, C·H·W)."""

    def __init__(self, parameters: Iterable[Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every weight that has a gradient. Returns the loss if `closure` computes one."""
        with torch.enable_grad():
            loss = closure() if closure else None
        for group in self.param_groups:
            weights = [each for each in group["params"] if each.grad is not None]
            rate, decay = group["lr"], group["weight_decay"]
            step_orthogonally([each for each in weights if is_hidden(each)], self.state, rate, decay)
            step_as_adamw([each for each in weights if not is_hidden(each)], self.state, rate, decay)
        return loss


def is_hidden(weights: Tensor) -> bool:
    """Return whether the weights belong to a hidden layer, that is, whether their step is made orthogonal."""
    return weights.ndim > 1 and min(len(weights), weights[0].numel()) >= MIN_SIDE


def step_orthogonally(weights: list[Tensor], states: States, rate: float, decay: float) -> None:
    """Step along the orthogonalised momentum, with the root mean square of an AdamW step."""
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
    """Matrices (R, C) → matrices (R, C) with the same singular vectors and with singular values near 1.

    This is the Newton-Schulz iteration. It multiplies the matrix from the left again and again. So all iterations are
    done on small matrices (R, R), and their product is multiplied with the matrix once at the end.
    """
    wide = [matrix if len(matrix) <= matrix.shape[1] else matrix.T for matrix in matrices]
    sides = [-(-len(matrix) // SIDE_MULTIPLE) * SIDE_MULTIPLE for matrix in wide]
    orthogonal = list(wide)
    for side in set(sides):
        alike = [index for index, each in enumerate(sides) if each == side]
        grams = [wide[index] @ wide[index].T for index in alike]
        padded = torch.stack([pad(gram, (0, side - len(gram)) * 2) for gram in grams])
        for index, gram, product in zip(alike, grams, compute_factors(padded), strict=True):
            orthogonal[index] = product[: len(gram), : len(gram)] @ wide[index]
    return [new if len(old) <= old.shape[1] else new.T for old, new in zip(matrices, orthogonal, strict=True)]


def compute_factors(grams: Tensor) -> Tensor:
    """Gram matrices M·Mᵀ (B, R, R) → factors (B, R, R) that make each M orthogonal when multiplied from the left."""
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
    """Step with torch's own AdamW."""
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
