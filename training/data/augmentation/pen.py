"""Draws strokes as 28×28 images, written by a random hand with a random pen width.

The points of a character are bent and turned, scaled so that the longer side of the ink is 20 pixels, and shifted so
that their centre is in the middle of the image. Each pixel is as white as the pen covers it. The result looks like
what `shared/recognition/preprocessing.py` makes from a drawing, but is drawn directly on the device of the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from shared.recognition.normalisation import SIDE
from shared.recognition.preprocessing import BOX, CENTRE, THINNEST_PX

POINTS = 128  # per character: enough that neighbours are less than a pixel apart in the box
WAVES = 3  # number of sine waves that bend a character


@dataclass(frozen=True)
class Pen:
    """The largest change of each kind. Every character gets a uniformly random amount up to it."""

    rotation_deg: float = 15.0
    shear: float = 0.3
    scale: float = 0.2
    bend: float = 0.04  # displacement by each sine wave / longer side
    loose: float = 0.05  # displacement of each whole stroke / longer side
    thickest_px: float = 5.5  # pen width in the image

    def __call__(self, points: Tensor, stroke_of: Tensor, generator: torch.Generator) -> Tensor:
        """points (B, P, 2) in -1..1, stroke_of (B, P) from 0 → images (B, 28, 28) float32 in 0..255."""
        moved = self.distort(points, stroke_of, generator)
        share = torch.rand(len(points), generator=generator, device=points.device)
        return draw_points(moved, THINNEST_PX + (self.thickest_px - THINNEST_PX) * share)

    def distort(self, points: Tensor, stroke_of: Tensor, generator: torch.Generator) -> Tensor:
        """Imitate another hand. points (B, P, 2), stroke_of (B, P) → points (B, P, 2)."""
        count, device = len(points), points.device

        def uniform(limit: float, *shape: int) -> Tensor:
            return (torch.rand(count, *shape, generator=generator, device=device) * 2 - 1) * limit

        offsets = uniform(2 * self.loose, points.shape[1], 2)  # for each stroke; there are at most as many as points
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
    """points (B, P, 2) at any scale and place, pen width (B,) in pixels → images (B, 28, 28) float32 in 0..255."""
    low, high = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    pen = width.view(-1, 1, 1)
    size = (high - low).amax(2, keepdim=True).clamp_min(1e-3)
    placed = (points - low) * ((BOX - pen) / size) + pen / 2  # the ink, half a pen width around the points, begins at 0
    extent = placed.amax(1, keepdim=True) + pen / 2
    shift = (CENTRE + 0.5 - placed.mean(1, keepdim=True)).round()  # pixel i covers i..i+1
    placed = placed + torch.minimum(shift.clamp_min(0), (SIDE - extent).floor())
    middle = torch.arange(SIDE, device=points.device) + 0.5
    pixels = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1).view(1, -1, 2)  # (1, 784, 2)
    squared = (placed**2).sum(2).unsqueeze(1) - 2 * pixels @ placed.transpose(1, 2)  # (B, 784, P): |p - q|² - |p|²
    nearest = (squared.amin(2) + (pixels**2).sum(2)).clamp_min(0).sqrt()  # (B, 784)
    return ((pen[:, :, 0] / 2 + 0.5 - nearest).clamp(0, 1) * 255).view(-1, SIDE, SIDE)


def resample(strokes: Sequence[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Strokes (P, 2) at any scale → points (POINTS, 2) float32 and the number of each point's stroke (POINTS,) int64.

    The points are evenly spaced along all strokes. The longer side of the character becomes -1..1.
    """
    lengths = np.array([_measure_length(stroke) for stroke in strokes])
    every_point = np.concatenate(strokes)
    low, high = every_point.min(0), every_point.max(0)
    half = max(1e-6, float((high - low).max()) / 2)
    shares = (lengths + half * 0.02) / (lengths + half * 0.02).sum()  # so that a dot gets a point, too
    counts = np.maximum(1, np.floor(shares * (POINTS - len(strokes))).astype(int))
    counts[int(counts.argmax())] += POINTS - counts.sum()
    points = np.concatenate([_place_points(stroke, count) for stroke, count in zip(strokes, counts, strict=True)])
    return ((points - (low + high) / 2) / half).astype(np.float32), np.repeat(np.arange(len(strokes)), counts)


def _measure_length(stroke: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())


def _place_points(stroke: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return `count` points (count, 2), evenly spaced along one stroke."""
    travelled = np.concatenate([[0], np.linalg.norm(np.diff(stroke, axis=0), axis=1).cumsum()])
    wanted = np.linspace(0, travelled[-1], count)
    return np.stack([np.interp(wanted, travelled, stroke[:, axis]) for axis in (0, 1)], 1).astype(np.float32)
