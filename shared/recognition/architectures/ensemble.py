"""An ensemble of three simple networks with different kernel sizes, after An et al. 2020.

The paper shrinks the image only by convolutions without padding. `best` is for a CPU: it pools instead, which takes a
third of the time. `best_large` has the three networks of the paper and is meant for a GPU.
"""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn


class Ensemble(nn.Module):
    """The logits are the mean of the logits of all members."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        return self.member_logits(images).mean(dim=0)

    def member_logits(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (members, B, 10). Each member has its own loss in training, so that they stay different."""
        return torch.stack([member(images) for member in self.members])

    @classmethod
    def best(cls) -> Self:
        """Kernels of 3×3, 5×5 and 7×7, with fewer channels for larger kernels; 1,127,558 parameters."""
        return cls([Pooled(3, (32, 64, 128)), Pooled(5, (24, 48, 96)), Pooled(7, (16, 32, 64))])

    @classmethod
    def best_large(cls) -> Self:
        """The networks M3, M5 and M7 of the paper; 4,544,332 parameters."""
        return cls([Valid(3, range(32, 177, 16)), Valid(5, range(32, 161, 32)), Valid(7, range(48, 193, 48))])


class Pooled(nn.Module):
    """Three stages of padded convolutions with pooling between them, then the mean over all positions."""

    def __init__(self, kernel: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        first, second, third = widths
        self.features = nn.Sequential(
            *_convolution(1, first, kernel, kernel // 2),
            *_convolution(first, first, kernel, kernel // 2),
            nn.MaxPool2d(2),
            *_convolution(first, second, kernel, kernel // 2),
            *_convolution(second, second, kernel, kernel // 2),
            nn.MaxPool2d(2),
            *_convolution(second, third, kernel, kernel // 2),
            *_convolution(third, third, kernel, kernel // 2),
        )
        self.head = nn.Linear(third, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        logits: Tensor = self.head(self.features(images).mean(dim=(2, 3)))
        return logits


class Valid(nn.Module):
    """Convolutions without padding, each of which shrinks the image, and no pooling. An et al. 2020, table 1."""

    def __init__(self, kernel: int, widths: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *widths), widths, strict=False):
            layers.extend(_convolution(before, after, kernel, 0))
        side = 28 - len(widths) * (kernel - 1)
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1] * side * side, 10, bias=False)
        self.norm = nn.BatchNorm1d(10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        logits: Tensor = self.norm(self.head(self.features(images).flatten(1)))
        return logits


def _convolution(before: int, after: int, kernel: int, padding: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, kernel, padding=padding, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
