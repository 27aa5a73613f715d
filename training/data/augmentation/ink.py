"""Makes the ink of images thinner or thicker, softer, noisier and paler, as pens, scaling and photographs do."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d


@dataclass(frozen=True)
class InkChange:
    """Each change is a pair: the share of the images that get it, and its largest amount."""

    thickness: tuple[float, float] = (2 / 3, 0.9)  # share of the way to the brightest or the darkest neighbour
    softness: tuple[float, float] = (0.3, 0.7)  # share of the way to the mean of the neighbours
    contrast: tuple[float, float] = (0.3, 0.5)  # the ink's exponent is within e^±amount: harder or softer edges
    noise: tuple[float, float] = (0.2, 0.06)  # standard deviation, only on ink and next to it
    fading: tuple[float, float] = (1.0, 0.3)  # share of the brightness that is lost

    def __call__(self, ink: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 28, 28) float32 in 0..255 → the changed images, (B, 28, 28) float32 in 0..255."""
        count, device = len(ink), ink.device

        def amount(change: tuple[float, float]) -> Tensor:
            share, most = change
            draw = torch.rand(2, count, 1, 1, 1, generator=generator, device=device)
            return torch.where(draw[0] < share, draw[1] * most, 0.0)

        def sign() -> Tensor:
            return torch.randint(0, 2, (count, 1, 1, 1), generator=generator, device=device) * 2 - 1

        x = (ink / 255).clamp(0, 1).unsqueeze(1)  # (B, 1, 28, 28)
        direction = sign()
        extreme = direction * max_pool2d(direction * x, 3, 1, 1)  # the brightest or the darkest neighbour
        x = x + amount(self.thickness) * (extreme - x)
        x = x + amount(self.softness) * (avg_pool2d(x, 3, 1, 1) - x)
        x = x.clamp_min(1e-4) ** (sign() * amount(self.contrast)).exp()
        grain = torch.randn(x.shape, generator=generator, device=device) * amount(self.noise)
        x = x + grain * (x > 0.05)
        return (x * (1 - amount(self.fading))).clamp(0, 1).squeeze(1) * 255
