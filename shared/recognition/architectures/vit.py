"""A small vision transformer (Dosovitskiy et al. 2021) whose patches come from two convolutions (Xiao et al. 2021)."""

import torch
from torch import Tensor, nn

WIDTH = 64  # width and depth: 96 and 6 took over ten minutes an epoch on a CPU, docs/experiments.md
DEPTH = 4
HEADS = 4
TOKENS = 7 * 7  # two strides of 2 on 28×28


class VisionTransformer(nn.Module):
    """49 overlapping patches, four attention blocks, the mean of the tokens; 156,618 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Sequential(
            nn.Conv2d(1, WIDTH // 2, kernel_size=3, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(WIDTH // 2, WIDTH, kernel_size=3, stride=2, padding=1),
        )
        self.position = nn.Parameter(torch.randn(1, TOKENS, WIDTH) * 0.02)
        block = nn.TransformerEncoderLayer(
            WIDTH, HEADS, dim_feedforward=2 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(block, DEPTH, norm=nn.LayerNorm(WIDTH), enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        tokens = self.patches(images).flatten(2).transpose(1, 2)  # (B, 49, 64)
        logits: Tensor = self.head(self.blocks(tokens + self.position).mean(dim=1))
        return logits
