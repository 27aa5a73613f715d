"""The network that finds digits on a page: grey levels in, maps of what stands where out.

It is fully convolutional, so pages may have any size. It sees digits that are about 12 to 44 pixels high; larger and
smaller ones are found on a reduced or enlarged copy of the page. There are no anchors: each digit is a peak at its
centre (after Zhou et al. 2019, "Objects as points").
"""

import torch
from torch import Tensor, nn

from shared.recognition.page.maps import CHANNELS, MAPS


class Reader(nn.Module):
    """(B, 1, H, W) grey levels, normalised → maps (B, 25, H/4, W/4). H and W must be multiples of 16."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        quarter, eighth, sixteenth = width, 2 * width, 3 * width  # channels at these shares of the page's size
        self.quarter = nn.Sequential(_conv(1, width // 2, 2), _conv(width // 2, quarter, 2), *_residuals(quarter, 2))
        self.eighth = nn.Sequential(_conv(quarter, eighth, 2), *_residuals(eighth, 3))
        self.sixteenth = nn.Sequential(_conv(eighth, sixteenth, 2), *_residuals(sixteenth, 3))
        self.up_eighth = nn.Conv2d(sixteenth, eighth, 1)
        self.merge_eighth = _conv(eighth, eighth)
        self.side, self.up_quarter = nn.Conv2d(quarter, 64, 1), nn.Conv2d(eighth, 64, 1)
        self.merge_quarter = Residual(64)
        last = nn.Conv2d(96, CHANNELS, 1)
        self.head = nn.Sequential(_conv(64, 96), last)
        if last.bias is not None:
            nn.init.constant_(last.bias[: MAPS.small.stop], -4.0)  # centres are rare

    def forward(self, page: Tensor) -> Tensor:
        """(B, 1, H, W) → (B, 25, H/4, W/4)."""
        quarter = self.quarter(page)
        eighth = self.eighth(quarter)
        deep = _double(self.up_eighth(self.sixteenth(eighth)))
        eighth = self.merge_eighth(eighth + deep)
        maps: Tensor = self.head(self.merge_quarter(self.side(quarter) + _double(self.up_quarter(eighth))))
        return maps


class Residual(nn.Module):
    """Two 3×3 convolutions, added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        return torch.relu(maps + self.second(self.first(maps)))


def _residuals(channels: int, count: int) -> list[nn.Module]:
    return [Residual(channels) for _ in range(count)]


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def _double(maps: Tensor) -> Tensor:
    return nn.functional.interpolate(maps, scale_factor=2.0, mode="nearest")
