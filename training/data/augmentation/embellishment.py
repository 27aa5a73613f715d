"""Draws the strokes that many people write, but MNIST's writers rarely did, into images of digits.

Zeros get a slash, sevens a crossbar, ones a flag or a foot. Each is one straight line. Place, slope, length and width
are random, within limits that are set by hand so that no digit turns into another one. Without these strokes, a
network reads many slashed zeros as eights (docs/experiments.md, "Can augmentation replace real pen strokes?").
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from shared.recognition.normalisation import SIDE


@dataclass(frozen=True)
class Embellishment:
    """For each kind of stroke, the share of that digit's images that get it. The choice is random every time."""

    slashed_zeros: float = 0.3
    crossed_sevens: float = 0.25
    flagged_ones: float = 0.35
    footed_ones: float = 0.25

    def __call__(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        """images (B, 28, 28) in 0..255, labels (B,) → images (B, 28, 28) float32."""
        ink = images.float()
        centre, spread, axis = _measure_shape(ink)  # (B, 2) each

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand(len(ink), generator=generator, device=ink.device)

        def draw_where(ink: Tensor, digit: int, share: float, start: Tensor, end: Tensor) -> Tensor:
            chosen = (labels == digit) & (uniform(0, 1) < share)
            width = torch.where(uniform(0, 1) < 0.5, uniform(1.5, 2.5), uniform(2.0, 4.0))
            draw = draw_all_and_choose if ink.is_cuda else draw_on_chosen
            return draw(ink, chosen, start, end, width)

        angle = uniform(-0.3, 1.5)  # radians: from slightly falling to almost vertical
        times = uniform(1.6, 2.3) + 0.4 * (angle < 0.5)  # a flat slash that stays inside the ring makes an eight
        reach = torch.stack([angle.cos(), -angle.sin()], 1) * times[:, None] * spread
        ink = draw_where(ink, 0, self.slashed_zeros, centre - reach, centre + reach)

        middle = centre + torch.stack([uniform(-1, 2), uniform(0, 4)], 1)
        half = torch.stack([uniform(3, 6), uniform(-1.5, 1)], 1)
        ink = draw_where(ink, 7, self.crossed_sevens, middle - half, middle + half)

        top, bottom = centre - axis, centre + axis
        left = uniform(3, 9)
        flag_end = top + torch.stack([-left, torch.maximum(uniform(2, 14), 0.7 * left)], 1)  # not flatter: a seven
        ink = draw_where(ink, 1, self.flagged_ones, top, flag_end)
        foot = torch.stack([uniform(3, 9), uniform(-1, 1)], 1)
        return draw_where(ink, 1, self.footed_ones, bottom - foot, bottom + foot)


def draw_on_chosen(ink: Tensor, chosen: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """Draw lines on the images (B, 28, 28) for which `chosen` (B,) is True."""
    rows = chosen.nonzero().squeeze(1)
    return ink.index_copy(0, rows, draw_lines(ink[rows], start[rows], end[rows], width[rows]))


def draw_all_and_choose(ink: Tensor, chosen: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """Return the same as `draw_on_chosen`, faster on a GPU.

    Selecting the chosen images would make the CPU wait for the GPU, while drawing on all images is little work.
    """
    return torch.where(chosen[:, None, None], draw_lines(ink, start, end, width), ink)


def draw_lines(ink: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """Draw one line on each image (B, 28, 28): start and end (B, 2) as x and y, width (B,), all in pixels."""
    steps = torch.arange(SIDE, device=ink.device, dtype=ink.dtype)
    points = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1)  # (28, 28, 2)
    along = (end - start)[:, None, None]
    offset = points - start[:, None, None]
    length = (along * along).sum(-1).clamp_min(1e-6)
    position = ((offset * along).sum(-1) / length).clamp(0, 1)
    distance = (offset - position[..., None] * along).norm(dim=-1)  # (B, 28, 28)
    line = (width[:, None, None] / 2 + 0.5 - distance).clamp(0, 1) * 255
    return torch.maximum(ink, line)


def _measure_shape(ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(B, 28, 28) → centre of mass, standard deviations in x and y, and half the main axis, each (B, 2) as x and y.

    Half the main axis points from the centre to the lower end of an upright stroke.
    """
    steps = torch.arange(SIDE, device=ink.device, dtype=ink.dtype)
    mass = ink.sum((1, 2)).clamp_min(1)
    x, y = (ink.sum(1) @ steps) / mass, (ink.sum(2) @ steps) / mass
    off_x, off_y = steps - x[:, None], steps - y[:, None]
    var_x = (ink.sum(1) * off_x**2).sum(1) / mass
    var_y = (ink.sum(2) * off_y**2).sum(1) / mass
    covariance = torch.einsum("byx,by,bx->b", ink, off_y, off_x) / mass
    slope = covariance / var_y.clamp_min(1e-6)  # dx / dy of an upright stroke
    half_height = (3 * var_y).sqrt()  # a uniform line of half height h has a deviation of h / √3
    axis = torch.stack([slope * half_height, half_height], 1)
    return torch.stack([x, y], 1), torch.stack([var_x, var_y], 1).sqrt(), axis
