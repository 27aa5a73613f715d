"""An ensemble of three simple networks with different kernel sizes, after An et al. 2020.

The paper shrinks the image only by convolutions without padding. These networks are for a CPU: they pool instead, which
takes a third of the time.
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


class Pooled(nn.Module):
    """Three stages of padded convolutions with pooling between them, then the mean over all positions."""

    def __init__(self, kernel: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        first, second, third = widths
        self.features = nn.Sequential(
            *_convolution(1, first, kernel),
            *_convolution(first, first, kernel),
            nn.MaxPool2d(2),
            *_convolution(first, second, kernel),
            *_convolution(second, second, kernel),
            nn.MaxPool2d(2),
            *_convolution(second, third, kernel),
            *_convolution(third, third, kernel),
        )
        self.head = nn.Linear(third, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        logits: Tensor = self.head(self.features(images).mean(dim=(2, 3)))
        return logits


def _convolution(before: int, after: int, kernel: int) -> list[nn.Module]:
    """A convolution that keeps the size, BatchNorm and ReLU. `before` and `after` are numbers of channels."""
    return [nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
