"""Batches of images made anew each time they are seen: moved, turned, sheared, scaled, thinned, thickened, faded.

Tensor operations on the batch's own device; ranges are what the 20-pixel box leaves open between two hands.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, max_pool2d


@dataclass(frozen=True)
class Augmentation:
    """Each value is the largest deviation; every image draws its own, uniformly."""

    rotation_deg: float = 15.0
    shear: float = 0.2
    scale: float = 0.15
    shift_px: float = 2.0
    thickness: float = 0.9  # share of the way to the next pixel outwards or inwards
    fading: float = 0.3  # share of the ink's brightness that may be lost

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 28, 28) in 0..255 → the same shape, float32, in 0..255."""
        ink = images.float().unsqueeze(1)  # (B, 1, 28, 28)
        grid = affine_grid(self.sample_affine(len(ink), generator).to(ink.device), list(ink.shape), align_corners=False)
        ink = grid_sample(ink, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        return self.change_ink(ink, generator).squeeze(1)

    def sample_affine(self, count: int, generator: torch.Generator) -> Tensor:
        """(count, 2, 3): output coordinates in -1..1 → input coordinates."""

        def uniform(limit: float) -> Tensor:
            return (torch.rand(count, generator=generator) * 2 - 1) * limit

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

    def change_ink(self, ink: Tensor, generator: torch.Generator) -> Tensor:
        """(B, 1, 28, 28): a third thickened, a third thinned, all faded by some share."""
        draw = torch.rand(3, len(ink), 1, 1, 1, generator=generator).to(ink.device)
        kind, amount, fading = draw[0], draw[1] * self.thickness, 1 - draw[2] * self.fading
        thicker = ink + amount * (max_pool2d(ink, 3, 1, 1) - ink)
        thinner = ink + amount * (-max_pool2d(-ink, 3, 1, 1) - ink)
        changed = torch.where(kind < 1 / 3, thicker, torch.where(kind < 2 / 3, thinner, ink))
        return changed * fading
