"""Strokes rendered afresh as 28×28 images, as preprocessing makes them of a drawing: any hand, any pen width.

The character is bent and turned as points, scaled so that the longer side of its ink is 20 pixels, its centre of mass
put in the middle; a pixel is as white as the pen covers it. `shared/recognition/preprocessing.py` does the same to
pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shared.recognition.normalisation import SIDE
from shared.recognition.preprocessing import BOX, CENTRE, THINNEST_PX

POINTS = 128  # a character: in the box they lie less than a pixel apart
WAVES = 3  # sines that bend a character


@dataclass(frozen=True)
class Pen:
    """How much a character may change, each uniformly."""

    rotation_deg: float = 15.0
    shear: float = 0.3
    scale: float = 0.2
    bend: float = 0.04  # of the longer side, for each sine
    loose: float = 0.05  # of the longer side: how far a stroke may be off its place
    thickest_px: float = 5.5  # in the box

    def __call__(self, points: Tensor, stroke_of: Tensor, generator: torch.Generator) -> Tensor:
        """points (B, P, 2) in -1..1, stroke_of (B, P) from 0 → images (B, 28, 28) in 0..255."""
        moved = self.distort(points, stroke_of, generator)
        share = torch.rand(len(points), generator=generator, device=points.device)
        return draw_points(moved, THINNEST_PX + (self.thickest_px - THINNEST_PX) * share)

    def distort(self, points: Tensor, stroke_of: Tensor, generator: torch.Generator) -> Tensor:
        """The same points, written by another hand."""
        count, device = len(points), points.device

        def uniform(limit: float, *shape: int) -> Tensor:
            return (torch.rand(count, *shape, generator=generator, device=device) * 2 - 1) * limit

        offsets = uniform(2 * self.loose, points.shape[1], 2)  # no character has more strokes than points
        points = points + offsets.gather(1, stroke_of.unsqueeze(2).expand(-1, -1, 2))
        for _ in range(WAVES):
            frequency, phase, size = uniform(2.5, 1, 2), uniform(torch.pi, 1, 1), uniform(2 * self.bend, 1, 2)
            points = points + size * ((points * frequency).sum(2, keepdim=True) + phase).sin()
        angle, shear = torch.deg2rad(uniform(self.rotation_deg)), uniform(self.shear)
        stretch = uniform(self.scale, 2).exp()
        cos, sin = angle.cos(), angle.sin()
        turn = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
        slant = torch.stack([torch.ones_like(shear), shear, torch.zeros_like(shear), torch.ones_like(shear)], 1)
        matrix = turn @ slant.view(-1, 2, 2) @ torch.diag_embed(stretch)
        return points @ matrix.transpose(1, 2)


def draw_points(points: Tensor, width: Tensor) -> Tensor:
    """points (B, P, 2) of any scale and place, width (B,) of the pen in pixels of the box → (B, 28, 28) in 0..255."""
    low, high = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    pen = width.view(-1, 1, 1)
    size = (high - low).amax(2, keepdim=True).clamp_min(1e-3)
    placed = (points - low) * ((BOX - pen) / size) + pen / 2  # the ink begins at 0
    extent = placed.amax(1, keepdim=True) + pen / 2
    shift = (CENTRE + 0.5 - placed.mean(1, keepdim=True)).round()  # pixel i covers i..i+1
    placed = placed + torch.minimum(shift.clamp_min(0), (SIDE - extent).floor())
    middle = torch.arange(SIDE, device=points.device) + 0.5
    pixels = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1).view(1, -1, 2)  # (1, 784, 2)
    squared = (placed**2).sum(2).unsqueeze(1) - 2 * pixels @ placed.transpose(1, 2)  # |q|² - 2 p·q
    nearest = (squared.amin(2) + (pixels**2).sum(2)).clamp_min(0).sqrt()  # (B, 784)
    return ((pen[:, :, 0] / 2 + 0.5 - nearest).clamp(0, 1) * 255).view(-1, SIDE, SIDE)


def resample(strokes: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Strokes of any scale → POINTS points, evenly along all of them, the longer side -1..1, and the stroke of each."""
    lengths = np.array([_length(stroke) for stroke in strokes])
    everything = np.concatenate(strokes)
    low, high = everything.min(0), everything.max(0)
    half = max(1e-6, float((high - low).max()) / 2)
    shares = (lengths + half * 0.02) / (lengths + half * 0.02).sum()  # a dot gets a point too
    counts = np.maximum(1, np.floor(shares * (POINTS - len(strokes))).astype(int))
    counts[int(counts.argmax())] += POINTS - counts.sum()
    points = np.concatenate([_along(stroke, count) for stroke, count in zip(strokes, counts, strict=True)])
    return ((points - (low + high) / 2) / half).astype(np.float32), np.repeat(np.arange(len(strokes)), counts)


def _length(stroke: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())


def _along(stroke: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """`count` points evenly along one stroke."""
    travelled = np.concatenate([[0], np.linalg.norm(np.diff(stroke, axis=0), axis=1).cumsum()])
    wanted = np.linspace(0, travelled[-1], count)
    return np.stack([np.interp(wanted, travelled, stroke[:, axis]) for axis in (0, 1)], 1).astype(np.float32)
