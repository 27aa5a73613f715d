"""Shifts, turns, shears, scales and bends images, to imitate the differences between two people's handwriting.

Preprocessing already fits every digit into a box of 20 pixels, so the changes are small.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

ELASTIC_KNOTS = 5  # per side: random displacements there, smooth in between (after Simard et al. 2003)


@dataclass(frozen=True)
class Distortion:
    """Each value is the largest change; 0 turns that change off.

    Every image gets a random strength, and then each change at random up to that strength. Large changes
    are rare, as in real drawings (docs/experiments.md, "Should most images be distorted only a little?").
    """

    rotation_deg: float = 15.0
    shear: float = 0.2
    scale: float = 0.15
    shift_px: float = 2.0
    elastic_px: float = 1.2

    def __call__(self, ink: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 28, 28) float32 → the distorted images, (B, 28, 28) float32."""
        channel = ink.unsqueeze(1)  # (B, 1, 28, 28)
        grid = affine_grid(self.sample_affine(len(ink), generator), list(channel.shape), False)  # (B, 28, 28, 2)
        grid = grid + self.sample_elastic(len(ink), ink.shape[-1], generator)
        return grid_sample(channel, grid, mode="bilinear", padding_mode="zeros", align_corners=False).squeeze(1)

    def sample_affine(self, count: int, generator: torch.Generator) -> Tensor:
        """Return matrices (count, 2, 3) that map output coordinates in -1..1 to input coordinates."""
        device = generator.device
        strength = torch.rand(count, generator=generator, device=device)

        def uniform(limit: float) -> Tensor:
            return (torch.rand(count, generator=generator, device=device) * 2 - 1) * strength * limit

        angle = torch.deg2rad(uniform(self.rotation_deg))
        shear = uniform(self.shear)
        width, height = 1 + uniform(self.scale), 1 + uniform(self.scale)
        cos, sin = angle.cos(), angle.sin()
        return torch.stack(
            [
                torch.stack([cos * width, (shear * cos - sin) * height, uniform(self.shift_px / 14)], dim=1),
                torch.stack([sin * width, (shear * sin + cos) * height, uniform(self.shift_px / 14)], dim=1),
            ],
            dim=1,
        )

    def sample_elastic(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """Return a displacement for every pixel, (count, side, side, 2), where the image spans -1..1."""
        device = generator.device
        strength = torch.rand(count, 1, 1, 1, generator=generator, device=device)
        knots = torch.rand(count, 2, ELASTIC_KNOTS, ELASTIC_KNOTS, generator=generator, device=device) * 2 - 1
        knots = knots * strength
        field = interpolate(knots * (self.elastic_px * 2 / side), (side, side), mode="bicubic", align_corners=True)
        return field.permute(0, 2, 3, 1)
