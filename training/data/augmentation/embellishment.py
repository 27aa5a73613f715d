"""Strokes that many people add and MNIST's writers rarely did: zeros slashed, sevens crossed, ones with flag and foot.

Each is one straight line drawn into the image at random place, slope, length and width around where that digit has it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from shared.recognition.normalisation import SIDE


@dataclass(frozen=True)
class Embellishment:
    """The share of each digit's images that is drawn on, anew each time."""

    slashed_zeros: float = 0.3
    crossed_sevens: float = 0.25
    flagged_ones: float = 0.35
    footed_ones: float = 0.25

    def __call__(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        """images (B, 28, 28) in 0..255, labels (B,) → the same shape, float32."""
        ink = images.float()
        centre, spread, axis = _measure_shape(ink)

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand(len(ink), generator=generator, device=ink.device)

        def draw_where(ink: Tensor, digit: int, share: float, start: Tensor, end: Tensor) -> Tensor:
            chosen = (labels == digit) & (uniform(0, 1) < share)
            width = torch.where(uniform(0, 1) < 0.5, uniform(1.5, 2.5), uniform(2.0, 4.0))
            draw = draw_all_and_choose if ink.is_cuda else draw_on_chosen
            return draw(ink, chosen, start, end, width)

        angle = uniform(-0.3, 1.5)  # radians, from lower left to upper right; flat ones are ⊖
        times = uniform(1.6, 2.3) + 0.4 * (angle < 0.5)  # a flat one that stays inside makes an eight
        reach = torch.stack([angle.cos(), -angle.sin()], 1) * times[:, None] * spread
        ink = draw_where(ink, 0, self.slashed_zeros, centre - reach, centre + reach)

        middle = centre + torch.stack([uniform(-1, 2), uniform(0, 4)], 1)
        half = torch.stack([uniform(3, 6), uniform(-1.5, 1)], 1)
        ink = draw_where(ink, 7, self.crossed_sevens, middle - half, middle + half)

        top, bottom = centre - axis, centre + axis
        left = uniform(3, 9)
        flag_end = top + torch.stack([-left, torch.maximum(uniform(2, 14), 0.7 * left)], 1)  # a level one makes a seven
        ink = draw_where(ink, 1, self.flagged_ones, top, flag_end)
        foot = torch.stack([uniform(3, 9), uniform(-1, 1)], 1)
        return draw_where(ink, 1, self.footed_ones, bottom - foot, bottom + foot)


def draw_on_chosen(ink: Tensor, chosen: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """draw_lines on the images of which `chosen` (B,) says so."""
    rows = chosen.nonzero().squeeze(1)
    return ink.index_copy(0, rows, draw_lines(ink[rows], start[rows], end[rows], width[rows]))


def draw_all_and_choose(ink: Tensor, chosen: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """The same for a GPU: to learn which are chosen would wait for it, and to draw all is little work."""
    return torch.where(chosen[:, None, None], draw_lines(ink, start, end, width), ink)


def draw_lines(ink: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """One line an image over its ink: start and end (B, 2) as x, y and width (B,), in pixels."""
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
    """(B, 28, 28) → centre of mass, deviation in x and y, and from the centre to the lower end of the main axis."""
    steps = torch.arange(SIDE, device=ink.device, dtype=ink.dtype)
    mass = ink.sum((1, 2)).clamp_min(1)
    x, y = (ink.sum(1) @ steps) / mass, (ink.sum(2) @ steps) / mass
    off_x, off_y = steps - x[:, None], steps - y[:, None]
    var_x = (ink.sum(1) * off_x**2).sum(1) / mass
    var_y = (ink.sum(2) * off_y**2).sum(1) / mass
    covariance = torch.einsum("byx,by,bx->b", ink, off_y, off_x) / mass
    slope = covariance / var_y.clamp_min(1e-6)  # dx / dy of an upright stroke
    half_height = (3 * var_y).sqrt()  # a uniform line of half height h deviates by h / √3
    axis = torch.stack([slope * half_height, half_height], 1)
    return torch.stack([x, y], 1), torch.stack([var_x, var_y], 1).sqrt(), axis
